"""Hostile callers: abuse.py ADDRESS PORT KIND; says "at it" once it is, and stays until it is killed."""
import itertools
import random
import socket
import struct
import sys
import threading
import time

address, port, kind = sys.argv[1], int(sys.argv[2]), sys.argv[3]
header = struct.pack(">i", -0x7FFF0000 | 1) + struct.pack(">i", 13) + b"handleMessage" + struct.pack(">i", 1)
# Message: version, type, then a body that claims 100 MiB.
huge = header + b"\x0c\x00\x01" + b"\x08\x00\x01\x01\x00\x00\x01" + b"\x08\x00\x02\x00\x00\x00\x01" + b"\x0b\x00\x03" + struct.pack(">i", 100 << 20)


def connect():
    return socket.create_connection((address, port), timeout=10)


def attempt(work):
    while True:
        try:
            work()
        except OSError:
            time.sleep(0.01)


def garbage():
    connection = connect()
    connection.sendall(random.randbytes(random.randint(1, 20000)))
    connection.recv(1)


def frames():
    connection = connect()
    connection.sendall(huge)
    for _ in range(1600):
        connection.sendall(bytes(65536))


def reset():
    connection = connect()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.sendall(header)
    connection.close()


if kind == "half-open":
    kept = [connect() for _ in range(500)]
    print("at it", flush=True)
    time.sleep(600)
if kind == "slow":
    kept = [connect() for _ in range(100)]
    print("at it", flush=True)
    for position in itertools.count():
        for index, each in enumerate(kept):
            try:
                each.sendall((huge + bytes(1000))[position % 1000 :][:1])
            except OSError:
                kept[index] = connect()
        time.sleep(0.25)
if kind == "deaf":
    def flood():
        connection = connect()
        connection.settimeout(30)
        ping = struct.pack(">i", -0x7FFF0000 | 1) + struct.pack(">i", 4) + b"ping" + struct.pack(">i", 1) + b"\x00"
        while True:
            connection.sendall(ping * 1000)
    work = flood
else:
    work = {"garbage": garbage, "frames": frames, "reset": reset}[kind]
print("at it", flush=True)
for _ in range(4):
    threading.Thread(target=attempt, args=(work,), daemon=True).start()
time.sleep(600)
