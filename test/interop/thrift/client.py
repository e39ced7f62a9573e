"""A client as the existing programs are: calls from standard input, one JSON object a line, answers as JSON.

client.py GENERATED ADDRESS PORT [--raw] [--tls KEY CERT CA]
{"ping": true} | {"type": 33, "host": "pc", "body": ["BootMenu", {"menu": "a", ...}], "answer": "BootMenuList"}
"""
import json
import ssl
import sys
import time
import warnings

generated, address, port, *options = sys.argv[1:]
sys.path.insert(0, generated)
from contract import Preset, ttypes  # noqa: E402
from thrift.protocol.TBinaryProtocol import TBinaryProtocol  # noqa: E402
from thrift.transport import TSocket, TSSLSocket, TTransport  # noqa: E402
from thrift.TSerialization import deserialize, serialize  # noqa: E402

# The package uses what newer Pythons would rather not have used.
warnings.simplefilter("ignore")
raw = "--raw" in options
if "--tls" in options:
    key, cert, ca = options[options.index("--tls") + 1 :][:3]
    socket = TSSLSocket.TSSLSocket(
        address, int(port), cert_reqs=ssl.CERT_REQUIRED, ca_certs=ca,
        keyfile=None if key == "-" else key, certfile=None if cert == "-" else cert,
        validate_callback=lambda *_: None,
    )
else:
    socket = TSocket.TSocket(address, int(port))
socket.setTimeout(20000)
transport = TTransport.TBufferedTransport(socket)
client = Preset.Client(TBinaryProtocol(transport, strictRead=True, strictWrite=True))


def encode(body):
    if not body:
        return b"" if raw else ""
    name, fields = body
    data = serialize(getattr(ttypes, name)(**fields))
    return data if raw else data.decode("utf-8")


def decode(name, message):
    data = message if raw else message.encode("utf-8")
    return vars(deserialize(getattr(ttypes, name)(), data))


def call(request):
    if "ping" in request:
        return {"pong": client.ping()}
    message = ttypes.Message(0x01000001, request["type"], encode(request.get("body")), request.get("host"))
    try:
        result = client.handleMessage(message)
    except ttypes.InvalidMessageType as ouch:
        return {"whatType": ouch.whatType, "why": ouch.why}
    answer = {"code": result.code}
    if result.code == 0 and request.get("answer"):
        answer.update(decode(request["answer"], result.message))
    else:
        answer["message"] = result.message.decode("utf-8") if raw else result.message
    return answer


try:
    transport.open()
    for line in sys.stdin:
        request = json.loads(line)
        for _ in range(request.get("repeat", 1)):
            began = time.monotonic()
            answer = call(request)
            answer["ms"] = round((time.monotonic() - began) * 1000, 1)
        print(json.dumps(answer), flush=True)
except Exception as error:  # What a test looks at is the kind of failure.
    print(json.dumps({"failed": type(error).__name__, "why": str(error)}), flush=True)
