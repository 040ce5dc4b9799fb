"""HTTP as raw bytes, with whatever headers one likes."""

import json
import socket
from uuid import uuid4


def speak(port, text, host="127.0.0.1", seconds=5.0):
    with socket.create_connection((host, port), seconds) as line:
        line.sendall(text if isinstance(text, bytes) else text.encode())
        answer = b""
        while part := line.recv(65536):
            answer += part
    return answer.decode(errors="replace")


def lines(fields):
    return "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items() if value is not None)


def get(port, path="/", host="127.0.0.1", **fields):
    more = "".join(
        f"{name.replace('_', '-')}: {value}\r\n" for name, value in ({"Host": f"{host}:{port}"} | fields).items()
    )
    return speak(port, f"GET {path} HTTP/1.1\r\n{more}\r\n", host)


def post(port, path, body, host="127.0.0.1", **fields):
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    own = {"Host": f"{host}:{port}", "Origin": f"http://{host}:{port}", "Content_Type": "application/json"}
    own |= {"Content_Length": len(body)} | fields
    return speak(port, f"POST {path} HTTP/1.1\r\n{lines(own)}\r\n".encode() + body, host)


def status(answer):
    return int(answer.split(" ", 2)[1])


def said(answer):
    return json.loads(answer.split("\r\n\r\n", 1)[1])


def typed(**more):
    return {"form": str(uuid4()), "celsius": 36.5, "kind": "body_estimate", "site": "forehead"} | more
