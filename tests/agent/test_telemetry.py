"""What the gate tells of its computer, on the files that Linux and a Pi's firmware would give."""

from datetime import UTC, datetime, timedelta

import pytest

from agent.clock import Clock
from agent.computer import HEAT, THROTTLED, Machine
from agent.outbox import Outbox
from agent.telemetry import Report
from agent.today import Tally
from agent.unmeasured import BUSY, WINDOW, Unmeasured
from kadian.identifiers import new_id
from kadian.messages import CameraHealth, Policy, Screening, Telemetry, ThermometerHealth, decode, encode
from tests.agent.outbox.rows import make


@pytest.fixture
def pi(tmp_path):
    def put(path, text):
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    put(HEAT, "61234\n")
    put("proc/loadavg", "0.42 0.31 0.20 1/150 999\n")
    put("proc/self/statm", "20000 10000 3000 1 0 4000 0\n")
    put("proc/meminfo", "MemTotal:  1000000 kB\nMemFree:  1 kB\nMemAvailable:  700000 kB\n")
    put(THROTTLED, "0\n")
    return Machine(tmp_path), put


@pytest.mark.parametrize(
    ("bits", "power", "heat"),
    [
        ("0", "none", "none"),
        ("50005", "now", "now"),
        ("50000", "earlier", "earlier"),
        ("1", "now", "none"),
        ("80008", "none", "now"),
        ("20000", "none", "earlier"),
    ],
)
def test_the_firmwares_bits_tell_a_weak_supply_from_heat(pi, bits, power, heat):
    machine, put = pi
    put(THROTTLED, f"{bits}\n")
    found = machine.look()
    assert (found.power, found.heat) == (power, heat)


def test_a_pi_tells_heat_load_and_memory(pi):
    machine, _ = pi
    found = machine.look()
    assert machine.celsius() == 61.234
    assert (found.load, found.memory_free_bytes) == (0.42, 700_000 * 1024)
    assert found.memory_bytes == 10_000 * 4096


def test_what_a_machine_does_not_tell_or_tells_as_rubbish_is_left_out(tmp_path, pi):
    assert Machine(tmp_path / "nothing").celsius() is None
    assert encode(Machine(tmp_path / "nothing").look()) == b"{}"
    machine, put = pi
    put(THROTTLED, "what?")
    put("proc/loadavg", "")
    found = machine.look()
    assert (found.power, found.heat, found.load) == (None, None, None)


def test_this_machine_answers():
    found = Machine().look()
    assert found.memory_bytes > 1e6
    assert found.memory_free_bytes > 1e6
    assert found.load >= 0


def test_the_report_says_how_many_hours_the_outbox_lasts_at_the_pace_of_late(tmp_path):
    box = Outbox(tmp_path / "o.db")
    seconds = [0.0]
    report = Report(Clock("system"), box, machine=Machine(tmp_path), monotonic=lambda: seconds[0])
    quiet = report.make(ThermometerHealth("none"), CameraHealth("none"), Policy("1"))
    for _ in range(120):
        box.record(make)
    seconds[0] = 120.0
    busy = report.make(ThermometerHealth("none"), CameraHealth("none"), Policy("1"))
    assert busy.outbox.hours_left == pytest.approx(busy.outbox.capacity_left / 3600, rel=0.01)
    assert quiet.outbox.hours_left > 50 * busy.outbox.hours_left
    assert decode(Telemetry, encode(busy)) == busy
    box.close()


def test_an_outbox_that_could_not_be_opened_is_reported_all_the_same(tmp_path):
    (tmp_path / "file").write_text("")
    box = Outbox(tmp_path / "file" / "o.db")
    told = Report(Clock("system"), box).make(ThermometerHealth("none"), CameraHealth("none"), Policy("1"))
    assert decode(Telemetry, encode(told)).outbox.hours_left == 0


def screened(verdict, at):
    return Screening(new_id(), "e", 1, at, "synced", verdict)


def test_the_tally_counts_by_verdict_and_begins_anew_at_midnight():
    tally = Tally()
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC).astimezone()
    for verdict in ("pass", "pass", "recheck", "stop", "none"):
        tally.note(screened(verdict, noon))
    found = tally.counts(noon)
    assert (found.passes, found.rechecks, found.stops, found.no_result) == (2, 1, 1, 1)
    assert tally.counts(noon + timedelta(days=1)).passes == 0
    tally.note(screened("pass", noon + timedelta(days=1)))
    assert tally.counts(noon + timedelta(days=1)).passes == 1


def test_people_who_pass_without_one_reading_are_noticed():
    watch = Unmeasured()
    for second in range(int(BUSY) + 1):
        watch.moved(float(second))
        watch.moved(second + 0.4)
    assert watch.now(BUSY + 1)
    assert not watch.now(WINDOW + BUSY + 2), "nobody there any more"
    for second in range(1000, 1000 + 2 * int(BUSY)):
        watch.moved(float(second))
        if second % 30 == 0:
            watch.measured()
        assert not watch.now(float(second))
