"""Phones on the gate's own network: the PIN, and HTTPS."""

import json
import socket
import ssl
import subprocess
from uuid import uuid4

from agent.acts import Typed
from agent.kiosk import request
from agent.settings import KioskSettings
from kadian.settings import Secret
from tests.agent.kiosk.line import get, post, said, status, typed

PIN = "482913"


def test_a_phone_gives_the_pin_once_and_may_then_look_and_type_but_not_register(make_gate, own_address):
    gate = make_gate(KioskSettings("0.0.0.0", 0, pin=Secret(PIN)))
    port, host = gate.port, own_address
    assert status(get(port, "/", host)) == 200
    assert said(get(port, "/events", host)) == {"ok": False, "word": "kiosk.pair_first", "id": None}
    assert status(post(port, "/act/typed", typed(), host)) == 401
    assert status(get(port, "/session", host, Cookie="kadian-screen=1.2")) == 401
    assert said(post(port, "/pair", {"pin": "000000"}, host))["word"] == "kiosk.wrong_pin"
    assert status(post(port, "/pair", {"pin": 3}, host)) == 400
    answer = post(port, "/pair", {"pin": PIN}, host)
    [cookie] = [line[12:] for line in answer.split("\r\n") if line.startswith("Set-Cookie: ")]
    assert cookie.endswith("; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict")
    mine = {"Cookie": cookie.split(";")[0]}
    assert said(get(port, "/session", host, **mine))["register"] == "not_private"
    assert said(post(port, "/act/typed", typed(), host, **mine))["ok"] is True
    visitor = {"form": str(uuid4()), "entry": {"name": "欧阳娜娜"}}
    assert said(post(port, "/act/register", visitor, host, **mine))["word"] == "kiosk.not_private"
    assert [type(act) for act in gate.acts] == [Typed]
    assert said(get(port, "/session"))["register"] == "yes"  # this computer's own screen needs no PIN
    for _ in range(4):
        post(port, "/pair", {"pin": "111111"}, host)
    assert status(post(port, "/pair", {"pin": PIN}, host)) == 429
    assert said(get(port, "/session", host, **mine))["register"] == "not_private"


def test_with_a_certificate_phones_speak_https_on_the_same_port_and_may_register(
    make_gate, own_address, tmp_path, monkeypatch
):
    monkeypatch.setattr(request, "REQUEST_SECONDS", 1.0)
    files = [str(tmp_path / "kiosk.pem"), str(tmp_path / "kiosk.key")]
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "2", "-subj", "/CN=gate", "-addext", f"subjectAltName=IP:{own_address}",
                    "-out", files[0], "-keyout", files[1]], check=True, capture_output=True)  # fmt: skip
    gate = make_gate(KioskSettings("0.0.0.0", 0, pin=Secret(PIN), certificate_file=files[0], key_file=files[1]))
    plain = get(gate.port, "/session", own_address)
    assert status(plain) == 308
    assert f"Location: https://{own_address}:{gate.port}/" in plain
    assert status(get(gate.port)) == 200  # the gate's own screen stays on plain loopback
    trust = ssl.create_default_context(cafile=files[0])

    def secretly(text):
        with (
            socket.create_connection((own_address, gate.port), 5) as raw,
            trust.wrap_socket(raw, server_hostname=own_address) as line,
        ):
            line.sendall(text.encode())
            answer = b""
            while part := line.recv(65536):
                answer += part
        return answer.decode()

    def put(path, what, cookie=""):
        body = json.dumps(what)
        here = f"{own_address}:{gate.port}"
        return secretly(
            f"POST {path} HTTP/1.1\r\nHost: {here}\r\nOrigin: https://{here}\r\nContent-Type: application/json\r\n"
            f"Cookie: {cookie}\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        )

    paired = put("/pair", {"pin": PIN})
    assert "; Secure" in paired
    cookie = paired.split("Set-Cookie: ")[1].split(";")[0]
    assert said(put("/act/register", {"form": str(uuid4()), "entry": {"name": "Ouyang"}}, cookie))["ok"] is True
    assert len(gate.acts) == 1
    with socket.create_connection((own_address, gate.port), 5) as line:
        line.sendall(b"\x16\x03\x01 no greeting")
        line.settimeout(3)
        while line.recv(100):
            pass
    assert status(get(gate.port)) == 200
