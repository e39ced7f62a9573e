"""Guest agents that are out of order: odd_agent.py ADDRESS PORT silent|closing|garbage|raising GENERATED"""
import socket
import sys
import time

address, port, mode, generated = sys.argv[1:]
if mode == "raising":
    sys.path.insert(0, generated)
    from contract import Preset, ttypes
    from thrift.protocol import TBinaryProtocol
    from thrift.server import TServer
    from thrift.transport import TSocket, TTransport

    class Handler:
        def ping(self):
            return "pong"

        def handleMessage(self, msg):
            raise ttypes.InvalidMessageType(msg.type, "no")

    print("ready", flush=True)
    TServer.TSimpleServer(
        Preset.Processor(Handler()), TSocket.TServerSocket(address, int(port)),
        TTransport.TBufferedTransportFactory(), TBinaryProtocol.TBinaryProtocolFactory(),
    ).serve()

listener = socket.create_server((address, int(port)))
print("ready", flush=True)
kept = []
while True:
    connection, _ = listener.accept()
    connection.recv(4096)
    if mode == "garbage":
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        time.sleep(0.2)
    if mode == "silent":
        kept.append(connection)
    else:
        connection.close()
