import json
import socket
import urllib.error
import urllib.request
from datetime import UTC, datetime

import pytest

from agent.kiosk import Board, Kiosk
from kadian.errors import KadianError
from kadian.identifiers import new_id
from kadian.messages import Screening, Temperature


@pytest.fixture
def kiosk():
    board = Board("e01")
    server = Kiosk(board, "127.0.0.1", 0)
    server.start()
    yield board, f"http://127.0.0.1:{server.port}"
    server.stop()


def screening(verdict="pass"):
    return Screening(
        id=new_id(), epoch="e", seq=1, at=datetime.now(UTC), clock="synced", verdict=verdict,
        temperature=Temperature(38.21, "body_estimate"), reasons=("temperature_high",),
    )  # fmt: skip


def next_board(stream):
    while True:
        line = stream.readline()
        if line.startswith(b"data: "):
            return json.loads(line[6:])


def test_the_page_comes_without_any_outside_address(kiosk):
    _, url = kiosk
    for path in ("/", "/kiosk.js", "/kiosk.css"):
        with urllib.request.urlopen(url + path, timeout=5) as answer:
            assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'")
            assert b"http" not in answer.read()


def test_a_verdict_is_on_the_screen_at_once(kiosk):
    board, url = kiosk
    with urllib.request.urlopen(url + "/events", timeout=5) as stream:
        assert next_board(stream)["screening"] is None
        board.show(screening("recheck"))
        shown = next_board(stream)["screening"]
        assert shown["verdict"] == "recheck"
        assert shown["celsius"] == 38.21
        board.devices(troubles=["no_thermometer"], waiting=7, online=False)
        assert next_board(stream)["waiting"] == 7


def test_an_unknown_page_is_a_plain_404(kiosk):
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(kiosk[1] + "/../../etc/passwd", timeout=5)
    assert error.value.code == 404


def test_it_refuses_to_listen_beyond_loopback_and_on_a_taken_port():
    with pytest.raises(KadianError):
        Kiosk(Board("e01"), "0.0.0.0", 0)
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(KadianError):
        Kiosk(Board("e01"), "127.0.0.1", taken.getsockname()[1])
