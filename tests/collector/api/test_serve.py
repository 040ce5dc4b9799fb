import socket
import threading

import httpx
import pytest

from collector.api import serve
from collector.api.serve import is_loopback
from kadian.errors import KadianError


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "office.example", "", "127.0.0.1.example"])
def test_until_accounts_exist_only_this_machine_is_served(app, host):
    with pytest.raises(KadianError) as caught:
        serve(app, host, 0, threading.Event())
    assert caught.value.code == "K0360"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "[::1]", "localhost"])
def test_loopback_has_several_names(host):
    assert is_loopback(host)


def test_a_port_that_is_taken_is_said_plainly(app):
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(KadianError) as caught:
        serve(app, "127.0.0.1", taken.getsockname()[1], threading.Event())
    assert caught.value.code == "K0361"


def test_a_port_that_no_machine_has_is_said_plainly(app):
    with pytest.raises(KadianError) as caught:
        serve(app, "127.0.0.1", 70_000, threading.Event())
    assert caught.value.code == "K0362"


def test_the_served_office_answers_and_gives_its_port_back(served):
    answer = httpx.get(f"{served.url}/healthz")
    assert answer.status_code == 200
    assert "server" not in answer.headers
    served.stop.set()
    served.thread.join(5)
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{served.url}/healthz")
