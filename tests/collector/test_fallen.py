"""No part of the office stops working without a word, and each ends when it is told to."""

import gc
import sys
import threading
import time
from types import SimpleNamespace

import httpx
import pytest

from collector import office
from collector.alerts.courier import Courier
from collector.fallen import Fallen
from collector.keeper import Keeper
from collector.ledger import Changed, Follower
from collector.policies import Policies, policy
from collector.settings import Broker, CollectorSettings, Entrance, Http, LedgerSettings
from tests.collector.keeping import arrive


def fails():
    raise ZeroDivisionError("of no use")


def test_a_thread_that_ends_by_an_error_is_noticed_and_said(capsys):
    fallen = Fallen()
    with fallen.noticed():
        well = threading.Thread(target=lambda: None, name="well")
        ill = threading.Thread(target=fails, name="ill")
        for thread in (well, ill):
            thread.start()
            thread.join()
    trouble = fallen.trouble()
    assert (trouble.code, trouble.where) == ("K0375", "ill")
    said = capsys.readouterr().out
    assert "thread_ended" in said
    assert "of no use" in said


@pytest.fixture
def running(tmp_path):
    """An office without a broker, in this process; its address."""
    interval, stop, ports = sys.getswitchinterval(), threading.Event(), []
    settings = CollectorSettings(
        site="here",
        broker=Broker(url="mqtt://127.0.0.1:9"),
        ledger=LedgerSettings(url=f"sqlite:///{tmp_path}/kadian.db"),
        http=Http(port=0),
    )
    thread = threading.Thread(target=office.run, args=(settings, stop, ports.append))
    thread.start()
    until = time.monotonic() + 20
    while not ports and thread.is_alive() and time.monotonic() < until:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{ports[0]}"
    stop.set()
    thread.join(20)
    sys.setswitchinterval(interval)
    gc.unfreeze()
    assert not thread.is_alive()


@pytest.fixture
def broken_keeper(monkeypatch):
    monkeypatch.setattr(Keeper, "_keep", lambda _self: fails())


@pytest.mark.usefixtures("broken_keeper")
def test_an_office_of_which_a_part_has_ended_says_so_where_its_health_is_asked(running):
    until = time.monotonic() + 10
    while "keeper" not in (told := httpx.get(f"{running}/healthz", timeout=20)).text and time.monotonic() < until:
        time.sleep(0.05)
    assert told.status_code == 503
    assert "keeper" in told.json()["detail"]


def test_a_database_that_does_not_answer_holds_up_nobody_who_asks_for_the_offices_health(ledger, tmp_path, monkeypatch):
    answers = threading.Event()
    monkeypatch.setattr(office, "PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr(office, "PROBE_SECONDS", 0.0)
    monkeypatch.setattr(ledger, "probe", lambda: answers.wait(20))
    health = office.Health(ledger, SimpleNamespace(healthy=lambda: None), Fallen(), tmp_path)
    first = threading.Thread(target=health.reasons)
    first.start()
    time.sleep(0.05)
    begun = time.monotonic()
    assert "the test write before has not ended" in health.reasons()[0]
    assert time.monotonic() - begun < 5
    answers.set()
    first.join()
    assert health.reasons() == []


def test_policies_are_told_again_after_a_ledger_that_could_not_be_read(ledger, monkeypatch):
    monkeypatch.setattr("collector.policies.LOOK_SECONDS", 0.05)
    arrive(ledger, 0)
    told, settings = [], CollectorSettings(site="x", entrances=(Entrance(id="e09", name="门", state="open"),))
    with ledger.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE gates RENAME TO away")
    policies = Policies(ledger, settings, lambda gate, _policy: told.append(gate), lambda: policy(settings))
    policies.start()
    try:
        time.sleep(0.2)
        assert told == ["e09"]
        with ledger.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE away RENAME TO gates")
        until = time.monotonic() + 5
        while len(told) < 2 and time.monotonic() < until:
            time.sleep(0.01)
        assert told == ["e09", "e01"]
    finally:
        policies.stop()


class ToldToStopMeanwhile(Changed):
    """The bell, in whose reading a part is told to stop: after it has looked, and before it waits."""

    part = None

    @property
    def version(self):
        if self.part is not None:
            self.part._stopping.set()
            self.notify()
        return super().version


@pytest.mark.parametrize("kind", ["follower", "courier"])
def test_a_part_that_stands_by_ends_at_once_whenever_it_is_told_to(ledger, kind):
    ledger.leads = lambda: False
    ledger.changed = bell = ToldToStopMeanwhile()
    part = Follower(ledger, "x", lambda _rows: None, lambda: 0) if kind == "follower" else Courier(ledger, {"x": None})
    bell.part = part
    before = set(threading.enumerate())
    part.start()
    for thread in set(threading.enumerate()) - before:
        thread.join(2)
        assert not thread.is_alive()
