"""A slow disk that refuses in the end: nobody goes on with a verdict that stands nowhere."""

import pytest

from kadian.errors import KadianError
from tests.agent.screeners import Gate

FULL = KadianError("K0450", "o.db")


@pytest.fixture
def gate(tmp_path):
    made = Gate(tmp_path / "o.db")
    yield made
    made.outbox.close()


def hold(gate):
    gate.clerk.held = []
    return gate.clerk.held


def refuse(gate, held):
    held.pop(0).settle(error=FULL)
    gate.pass_time(0)


def test_the_verdict_and_the_rest_of_what_was_refused_late_are_taken_back_aloud(gate, capsys):
    held = hold(gate)
    gate.person(38.0)
    assert gate.shown["screening"]["verdict"] == "recheck"
    gate.pass_time(0)
    assert len(gate.shown["rests"]) == 1
    refuse(gate, held)
    gate.pass_time(0)
    assert gate.shown["screening"] is None
    assert gate.shown["rests"] == []
    assert gate.book.refusing
    said = capsys.readouterr().out
    assert "refused_aloud" in said
    assert "verdict_withdrawn" in said


def test_a_newer_verdict_stays_when_the_one_before_is_refused(gate):
    held = hold(gate)
    gate.person(38.0)
    gate.person(36.5)
    newer = gate.shown["screening"]
    refuse(gate, held)
    assert gate.shown["screening"]["id"] == newer["id"]


@pytest.mark.parametrize("celsius", [36.5, 38.2])
def test_a_second_reading_that_was_refused_leaves_the_rest_as_it_was(gate, celsius):
    gate.code("h")
    gate.person(38.0)
    first = gate.last.id
    gate.pass_time(180)
    held = hold(gate)
    gate.code("h")
    gate.person(celsius)
    refuse(gate, held)
    gate.clerk.held = None
    gate.pass_time(0)
    assert [rest["id"] for rest in gate.shown["rests"]] == [str(first)]
    gate.code("h")
    gate.person(38.3)
    assert (gate.last.verdict, gate.last.remeasure_of) == ("stop", first)


def test_not_recorded_is_told_for_a_while_and_ends_by_itself_when_the_disk_takes_again(gate):
    free = gate.outbox.room._free
    gate.outbox.room._free = lambda folder: 0
    gate.person(36.5)
    assert gate.screenings == []
    gate.pass_time(60)
    assert gate.book.refusing, "the disk is still full"
    gate.outbox.room._free = free
    assert gate.outbox.look() is None
    gate.pass_time(0.5)
    assert not gate.book.refusing, "and nobody was measured"


def test_what_was_refused_on_a_disk_that_is_well_again_is_told_long_enough_to_be_read(gate):
    held = hold(gate)
    gate.person(36.5)
    refuse(gate, held)
    gate.pass_time(2.5)
    assert gate.book.refusing
    gate.pass_time(1)
    assert not gate.book.refusing


def test_what_the_slow_disk_took_after_all_stays(gate):
    held = hold(gate)
    gate.person(38.0)
    shown = gate.shown["screening"]["id"]
    gate.clerk.held = None
    gate.clerk._write(held.pop())
    gate.pass_time(0)
    assert gate.shown["screening"]["id"] == shown == str(gate.last.id)
    assert len(gate.shown["rests"]) == 1
