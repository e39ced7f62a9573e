"""Says every frame to UDP port PORT that comes in at INTERFACE, in hex: frames.py INTERFACE PORT"""
import socket
import sys

interface, port = sys.argv[1], int(sys.argv[2])
packets = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
packets.bind((interface, 0))
print("listening", flush=True)
while True:
    frame = packets.recv(2048)
    # IPv4 without options, UDP.
    if frame[12:14] == b"\x08\x00" and frame[23] == 17 and int.from_bytes(frame[36:38], "big") == port:
        print(frame.hex(), flush=True)
