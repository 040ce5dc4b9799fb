"""The server as a stranger meets it: raw sockets, wrong headers, slow and greedy clients."""

import contextlib
import json
import socket
import time
from uuid import uuid4

import pytest

from agent.acts import Answer, SignOff, Typed, WaitForDuty
from agent.kiosk import Board, Kiosk, request
from agent.settings import KioskSettings
from kadian.errors import KadianError
from tests.agent.kiosk.line import get, post, said, speak, status, typed


@pytest.fixture
def port(gate):
    return gate.port


def test_every_file_of_the_page_comes_with_a_strict_policy_and_names_no_other_address(port):
    for path in ("/", "/main.js", "/kiosk.css", "/forms.css", "/text/zh.json", "/text/en.json", "/voice/pass.mp3"):
        answer = get(port, path).replace("http://www.w3.org/2000/svg", "")
        assert status(answer) == 200, path
        head, body = answer.split("\r\n\r\n", 1)
        assert "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'" in head
        assert "unsafe" not in head
        assert "Cache-Control: no-store" in head
        assert "Python" not in head
        assert "http://" not in body
        assert "https://" not in body


@pytest.mark.parametrize(
    "path", ["/../server.py", "/..%2fserver.py", "/page/main.js", "//etc/passwd", "/voice/render.sh"]
)
def test_only_the_listed_files_are_ever_read(port, path):
    assert status(get(port, path)) == 404


def test_events_begin_with_the_board_and_beat_every_second(port):
    with socket.create_connection(("127.0.0.1", port), 5) as line:
        line.sendall(f"GET /events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        heard, until = b"", time.monotonic() + 2.5
        while time.monotonic() < until and heard.count(b"data: ") < 3:
            heard += line.recv(65536)
    assert heard.count(b"data: ") == 3
    assert json.loads(heard.split(b"data: ")[1].split(b"\n")[0])["gate"] == "e01"


def test_a_name_that_is_not_the_gates_is_not_answered(port, gate):
    assert status(get(port, "/events", Host="evil.example")) == 421
    assert (
        status(post(port, "/act/typed", typed(), Host=f"evil.example:{port}", Origin=f"http://evil.example:{port}"))
        == 421
    )
    assert status(speak(port, "GET / HTTP/1.1\r\n\r\n")) == 421
    assert gate.acts == []


@pytest.mark.parametrize("fields", [{"Origin": "http://evil.example"}, {"Origin": None}, {"Origin": "null"},
                                    {"Sec_Fetch_Site": "cross-site"}])  # fmt: skip
def test_another_sites_page_cannot_put_anything_in_nor_listen(port, gate, fields):
    assert status(post(port, "/act/sign_off", {"form": str(uuid4())}, **fields)) == 403
    assert gate.acts == []
    assert status(get(port, "/events", Sec_Fetch_Site="cross-site")) == 403


@pytest.mark.parametrize(
    ("body", "fields", "expected"),
    [
        (typed(), {"Content_Type": "text/plain"}, 415),
        (typed(), {"Content_Type": "application/x-www-form-urlencoded"}, 415),
        (typed(), {"Content_Length": None}, 411),
        (typed(), {"Content_Length": "-1"}, 411),
        (typed(), {"Content_Length": "+5"}, 411),
        (typed(), {"Transfer_Encoding": "chunked"}, 411),
        (b"", {"Content_Length": 16385}, 413),
        (b"", {"Content_Length": 10**30}, 411),
        (b"{", {}, 400),
        (b"[]", {}, 400),
        (b'{"form": "\xff"}', {}, 400),
        ({"form": "x"}, {}, 400),
        (typed(celsius=33.9), {}, 400),
        (typed(celsius=43.1), {}, 400),
        (typed(celsius="36.5"), {}, 400),
        (typed(site="knee"), {}, 400),
        (typed(kind="surface"), {}, 400),
        (typed(more=1), {}, 400),
    ],
)
def test_what_is_not_a_form_is_refused(port, gate, body, fields, expected):
    assert status(post(port, "/act/typed", body, **fields)) == expected
    assert gate.acts == []


def test_forms_become_acts_and_a_second_tap_gets_the_first_ones_answer(port, gate):
    form = typed(celsius=38.2, kind="contact", site="armpit", remeasure_of=str(uuid4()))
    assert said(post(port, "/act/typed", form))["ok"] is True
    assert said(post(port, "/act/typed", form))["ok"] is True
    assert said(post(port, "/act/wait_for_duty", {"form": str(uuid4())}))["ok"] is True
    assert said(post(port, "/act/sign_off", {"form": str(uuid4())}))["ok"] is True
    assert [type(act) for act in gate.acts] == [Typed, WaitForDuty, SignOff]
    assert gate.acts[0].site == "armpit"
    assert str(gate.acts[0].remeasure_of) == form["remeasure_of"]
    assert status(post(port, "/act/format_disk", {"form": str(uuid4())})) == 404


def test_a_refused_form_may_be_tried_again_and_a_failure_says_nothing_of_what_was_typed(port, gate, capfd):
    form = typed()

    def broken(act):
        raise RuntimeError(f"cannot take {act}")

    gate.kiosk._server.RequestHandlerClass.args[0].desk._do = broken
    assert said(post(port, "/act/typed", form)) == {"ok": False, "word": "kiosk.failed", "id": None}
    out = "".join(capfd.readouterr())
    assert "RuntimeError" in out
    assert "36.5" not in out
    gate.kiosk._server.RequestHandlerClass.args[0].desk._do = gate.do
    assert said(post(port, "/act/typed", form))["ok"] is True
    assert len(gate.acts) == 1


def test_an_act_that_the_gate_has_taken_up_and_is_slow_with_is_not_put_in_again(port, gate):
    gate.answer = Answer(ok=False, word="K0441")
    form = typed()
    assert said(post(port, "/act/typed", form))["word"] == "K0441"
    gate.answer = Answer(ok=True)
    assert said(post(port, "/act/typed", form))["word"] == "K0441"
    assert len(gate.acts) == 1


def test_clients_that_drip_are_cut_off_and_the_screen_on_the_gate_never_waits_for_them(port, monkeypatch):
    monkeypatch.setattr(request, "REQUEST_SECONDS", 2.0)
    slow = [socket.create_connection(("127.0.0.1", port), 5) for _ in range(20)]
    begun = time.monotonic()
    for line in slow:
        line.sendall(b"GET / HTTP/1.1\r\nX: ")
    while time.monotonic() - begun < 2.6:
        for line in slow:
            with contextlib.suppress(OSError):
                line.sendall(b"a")
        assert status(get(port)) == 200
        time.sleep(0.2)
    for line in slow:
        line.settimeout(2)
        with contextlib.suppress(ConnectionError):
            assert line.recv(1) == b""
        line.close()


def test_a_request_without_end_is_read_to_a_bound(port):
    with socket.create_connection(("127.0.0.1", port), 5) as line:
        sent = 0
        with pytest.raises(OSError):
            for _ in range(4000):
                line.sendall(b"X-Filler: " + b"a" * 1000 + b"\r\n" if sent else b"GET / HTTP/1.1\r\n")
                sent += 1012
                time.sleep(0.0005)
        assert sent < 2_000_000


def test_connections_beyond_the_bound_are_closed_and_places_come_back(port):
    held = [socket.create_connection(("127.0.0.1", port), 5) for _ in range(24)]
    time.sleep(0.2)
    with socket.create_connection(("127.0.0.1", port), 5) as one_more:
        assert one_more.recv(1) == b""
    for line in held:
        line.close()
    time.sleep(0.2)
    assert status(get(port)) == 200


def test_eight_screens_and_a_ninth_is_told_so(port):
    screens = []
    for _ in range(8):
        line = socket.create_connection(("127.0.0.1", port), 5)
        line.sendall(f"GET /events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        assert b" 200 " in line.recv(65536)
        screens.append(line)
    assert status(get(port, "/events")) == 503
    for line in screens:
        line.close()
    until = time.monotonic() + 8  # a stream that is gone is noticed at its second beat
    while True:
        with socket.create_connection(("127.0.0.1", port), 5) as line:
            line.sendall(f"GET /events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
            if b" 200 " in line.recv(65536):
                break
        assert time.monotonic() < until
        time.sleep(0.2)


def test_beyond_loopback_only_with_a_pin_and_a_taken_port_is_said():
    with pytest.raises(KadianError, match="K0460"):
        Kiosk(Board("e01"), KioskSettings("0.0.0.0", 0))
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(KadianError, match="K0461"):
        Kiosk(Board("e01"), KioskSettings("127.0.0.1", taken.getsockname()[1]))
    with pytest.raises(KadianError, match="K0464"):
        Kiosk(Board("e01"), KioskSettings(port=0, certificate_file="no.pem", key_file="no.key"))
