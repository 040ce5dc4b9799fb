import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
import pytest

from collector.api import bell
from collector.api.news import News
from collector.api.routes import stream
from collector.ledger import gates, incidents
from kadian.messages import Status

AT = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)


@dataclass
class Event:
    id: str | None = None
    name: str | None = None
    body: dict | None = None
    comment: str | None = None


def events(response: httpx.Response) -> Iterator[Event]:
    event = Event()
    for line in response.iter_lines():
        if not line:
            yield event
            event = Event()
        elif line.startswith(":"):
            event.comment = line[1:].strip()
        else:
            field, _, value = line.partition(": ")
            if field == "data":
                event.body = json.loads(value)
            elif field in {"id", "event"}:
                setattr(event, "name" if field == "event" else field, value)


def opened(url: str, **more):
    return httpx.stream("GET", f"{url}/api/v1/stream", timeout=10, **more)


def until_first_gates(stream_of_events, count=2) -> None:
    for _ in range(count + 1):
        next(stream_of_events)


def test_a_stream_begins_at_now_with_every_gate_and_goes_on_with_what_happens(served, place):
    place.screen()
    with opened(served.url) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        coming = events(response)
        assert next(coming).id == "1-0"
        first = [next(coming), next(coming)]
        assert [(one.name, one.body["gate"]) for one in first] == [("gate", "e01"), ("gate", "g-river")]
        new = place.screen()
        screening = next(coming)
        assert (screening.name, screening.body["id"], screening.id) == ("screening", str(new.id), "2-0")
        assert "secret-holder" not in json.dumps(screening.body)
        alert = place.find("fever:1")
        told = next(coming)
        assert (told.name, told.body["id"], told.body["state"]) == ("alert", alert, "open")
        place_after = told.id
        with place.ledger.begin() as connection:
            incidents.acknowledge(connection, alert, "v-1", 5)
        taken = next(coming)
        assert (taken.name, taken.body["state"]) == ("alert", "acknowledged")
        assert taken.id != place_after


def test_a_gate_is_told_again_when_its_state_changes_and_only_then(served, place):
    with opened(served.url) as response:
        coming = events(response)
        until_first_gates(coming)
        with place.ledger.begin() as connection:
            gates.seen(connection, "e01", Status("online", AT, "1"), 5)
        told = next(coming)
        assert (told.name, told.body["gate"], told.body["state"]) == ("gate", "e01", "online")
        place.screen()
        assert next(coming).name == "screening"


@pytest.mark.parametrize("by_header", [True, False])
def test_a_reconnect_misses_nothing_while_others_write(served, place, by_header):
    made: list[str] = []
    many = 150

    def write() -> None:
        for _ in range(many):
            made.append(str(place.screen().id))
            time.sleep(0.005)

    writer = threading.Thread(target=write)
    seen: list[str] = []
    last = "0-0"
    writer.start()
    while len(seen) < many:
        how = {"headers": {"Last-Event-ID": last}} if by_header else {"params": {"last_event_id": last}}
        stop_at = min(len(seen) + 40, many)  # then the connection is cut, and the next one goes on
        with opened(served.url, **how) as response:
            for event in events(response):
                last = event.id or last
                if event.name == "screening":
                    seen.append(event.body["id"])
                if len(seen) >= stop_at:
                    break
    writer.join()
    assert seen == made


def test_a_place_beyond_the_end_of_the_ledger_is_now(served, place):
    place.screen()
    with opened(served.url, headers={"Last-Event-ID": "999-999"}) as response:
        assert next(events(response)).id == "1-0"


def test_silence_is_broken_by_a_comment(served, monkeypatch):
    monkeypatch.setattr(stream, "HEARTBEAT", 0.1)
    with opened(served.url) as response:
        coming = events(response)
        until_first_gates(coming)
        assert next(coming).comment == "still here"


def test_a_burst_of_commits_is_few_looks_at_the_ledger(served, place, monkeypatch):
    looks = []
    real = News.take
    monkeypatch.setattr(News, "take", lambda *a: looks.append(1) or real(*a))
    with opened(served.url) as response:
        coming = events(response)
        until_first_gates(coming)
        begun = time.monotonic()
        for _ in range(60):
            place.ledger.changed.notify()
            time.sleep(0.01)
        place.screen()
        assert next(coming).name == "screening"
        assert len(looks) <= (time.monotonic() - begun) / bell.PAUSE + 3


def test_one_stream_too_many_is_a_503_and_a_closed_one_makes_room(served, monkeypatch):
    monkeypatch.setattr(bell, "MOST_LISTENERS", 1)
    with opened(served.url) as response:
        coming = events(response)  # held: a forgotten iterator closes its response
        until_first_gates(coming)
        refused = httpx.get(f"{served.url}/api/v1/stream")
        assert refused.status_code == 503
        assert refused.headers["content-type"] == "application/problem+json"
        assert "retry-after" in refused.headers
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        with opened(served.url) as response:
            if response.status_code == 200:
                return
        time.sleep(0.05)
    pytest.fail("the place of the closed stream was not given back")


def test_open_streams_end_when_the_office_stops(served):
    with opened(served.url) as response:
        coming = events(response)
        until_first_gates(coming)
        begun = time.monotonic()
        served.stop.set()
        assert list(coming) == []
    served.thread.join(5)
    assert not served.thread.is_alive()
    assert time.monotonic() - begun < 3
