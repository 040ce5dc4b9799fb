"""Many open pages and many gates: each thing is read once, and answers stay small."""

import asyncio
import json
from datetime import UTC, datetime

from collector.api import news
from collector.api.board import Board
from collector.api.news import News, Reader, reader_at
from collector.api.routes import stream
from collector.ledger import gates, screenings
from kadian.messages import Status

AT = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)


def heard(events):
    found = []
    for event in b"".join(events).decode().split("\n\n")[:-1]:
        lines = dict(line.split(": ", 1) for line in event.split("\n"))
        body = json.loads(lines["data"])
        found.append((lines["event"], lines["id"], body.get("id") or body["gate"]))
    return found


def test_what_is_new_is_read_once_for_all_streams(place, monkeypatch):
    office = place.office()
    told = News(office)
    readers = [reader_at(office, None) for _ in range(20)]
    for reader in readers:
        assert [name for name, _, _ in heard(told.take(reader))] == ["gate", "gate"]
    reads = []
    real = screenings.after
    monkeypatch.setattr(screenings, "after", lambda *a: reads.append(1) or real(*a))
    made = [place.screen() for _ in range(3)]
    monkeypatch.setattr(screenings, "after", lambda *a: reads.append(1) or real(*a))
    reads.clear()
    for reader in readers:
        assert [which for _, _, which in heard(told.take(reader))] == [str(one.id) for one in made]
    assert len(reads) == 1
    assert {reader.place for reader in readers} == {"3-0"}


def test_a_stream_that_fell_behind_what_is_kept_reads_by_itself_and_joins_again(place, monkeypatch):
    monkeypatch.setattr(news, "AT_ONCE", 4)
    office = place.office()
    told, slow, quick = News(office), reader_at(office, None), reader_at(office, None)
    told.take(slow)
    told.take(quick)
    told._kept = type(told._kept)(maxlen=5)
    seen = []
    made = []
    for _ in range(4):
        made += [str(place.screen().id) for _ in range(3)]
        place.find("fever:1")
        seen += [which for name, _, which in heard(told.take(quick)) if name == "screening"]
    assert seen == made
    late = heard(told.take(slow))
    while slow.behind:
        late += heard(told.take(slow))
    assert [which for name, _, which in late if name == "screening"] == made
    assert len([which for name, _, which in late if name == "alert"]) == 4
    assert slow.place == quick.place
    place.screen()
    assert heard(told.take(slow)) == heard(told.take(quick)) != []


def test_a_reader_in_between_is_told_what_it_misses_and_every_gate_before_it_joins(place):
    office = place.office()
    told, first = News(office), reader_at(office, None)
    made = [str(place.screen().id) for _ in range(6)]
    told.take(first)
    second = Reader(screening=2, event=0)
    with place.ledger.begin() as connection:
        gates.seen(connection, "e01", Status("online", AT, "1"), 5)
    events = heard(told.take(second))
    assert [which for name, _, which in events if name == "gate"] == ["e01", "g-river"]
    assert [which for name, _, which in events if name == "screening"] == made[2:]
    # The gate's own word may have been too fresh to be read; nothing else comes twice.
    assert {name for name, _, _ in heard(told.take(second))} <= {"gate"}


def test_the_board_follows_the_ledger_and_begins_anew_at_midnight(place):
    office = place.office()
    clock = [office.now_ms()]
    board = Board(place.ledger, office.zone, lambda: clock[0], office.counts)
    place.screen(ago=600, celsius=37.6, verdict="recheck")
    place.screen(ago=9 * 3600)
    with board.now() as standings:
        assert standings["e01"].today == {"recheck": 1}
        assert standings["e01"].newest.celsius == 37.6
    place.screen(ago=700, celsius=36.1)  # arrived late: not the newest by the gate's own time
    place.screen(gate="e05", ago=5, celsius=36.4)
    with board.now() as standings:
        assert standings["e01"].today == {"recheck": 1, "pass": 1}
        assert standings["e01"].newest.celsius == 37.6
        assert standings["e05"].newest.celsius == 36.4
    clock[0] += 24 * 3600 * 1000
    with board.now() as standings:
        assert standings["e01"].today == {}
        assert standings["e01"].newest.celsius == 37.6


def test_a_board_far_behind_asks_for_the_newest_instead_of_reading_all(place, monkeypatch):
    monkeypatch.setattr("collector.api.board.READ_ANEW", 3)
    office = place.office()
    with office.board.now() as standings:
        assert standings == {}
    for number in range(8):
        place.screen(ago=100 - number, celsius=36 + number / 10)
    with office.board.now() as standings:
        assert standings["e01"].newest.celsius == 36.7
        assert standings["e01"].today == {"pass": 8}


def test_gates_come_in_pages_without_a_double_and_all_at_once_in_short(call, place):
    for number in range(7):
        place.screen(gate=f"z{number}", celsius=36.0 + number / 10)
    names, cursor = [], None
    while True:
        answer = call.get("/api/v1/gates", params={"limit": 4} | ({"cursor": cursor} if cursor else {})).json()
        assert len(answer["gates"]) <= 4
        assert answer["total"] == 9
        names += [gate["gate"] for gate in answer["gates"]]
        cursor = answer["next_cursor"]
        if cursor is None:
            break
    assert names == ["e01", "g-river", *(f"z{number}" for number in range(7))]
    latest = call.get("/api/v1/gates/latest").json()["gates"]
    assert [gate["gate"] for gate in latest] == names
    assert latest[-1] == {
        "gate": "z6",
        "state": "unknown",
        "at": "2026-11-23T07:29:00+08:00",
        "celsius": 36.6,
        "verdict": "pass",
        "age_seconds": 59.5,
        "today": 1,
    }
    assert latest[0]["celsius"] is None


def test_what_comes_while_a_stream_reads_what_it_missed_is_told_once(place, monkeypatch):
    office = place.office()
    told, quick = News(office), reader_at(office, None)
    made = [str(place.screen().id) for _ in range(3)]
    told.take(quick)
    slow = Reader(screening=0, event=0)
    real = News._missed

    def meanwhile(self, reader, end):
        made.append(str(place.screen().id))
        told.take(quick)
        return real(self, reader, end)

    monkeypatch.setattr(News, "_missed", meanwhile)
    events = heard(told.take(slow))
    monkeypatch.undo()
    events += heard(told.take(slow))
    assert [which for name, _, which in events if name == "screening"] == made
    assert slow.place == quick.place


def test_a_stream_is_given_little_at_a_time_and_all_in_the_end(place, monkeypatch):
    monkeypatch.setattr("collector.api.news.AT_ONCE", 3)
    office = place.office()
    told = News(office)
    reader = Reader(0, 0)
    told.take(reader)
    made = [str(place.screen().id) for _ in range(8)]
    seen, looks = [], 0
    while looks == 0 or reader.behind:
        events = told.take(reader)
        looks += 1
        assert len(events) <= 3
        seen += [json.loads(one.split(b"data: ")[1])["id"] for one in events]
    assert seen == made
    assert reader.place == "8-0"


def test_a_browser_that_takes_nothing_gives_its_place_to_others(app, place, monkeypatch):
    monkeypatch.setattr(stream, "PATIENCE", 0.05)
    sent = []

    async def send(message):
        sent.append(message)
        if len(sent) > 1:
            await asyncio.Event().wait()  # nothing more fits on the way to it

    async def receive():
        await asyncio.Event().wait()

    async def one():
        response = stream.EventStream(app.state.news, app.state.bell, reader_at(place.office(), None))
        await asyncio.wait_for(response({"type": "http", "method": "GET", "headers": []}, receive, send), 5)

    asyncio.run(one())
    assert len(sent) == 2
    assert not app.state.bell._listeners
