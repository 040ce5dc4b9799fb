import os
import stat
from base64 import b64encode
from datetime import UTC, date, datetime, timedelta

import pytest

from agent.daykeys import DayKeys
from kadian.daykey import DayKey, advance, to_seed
from kadian.errors import KadianError
from kadian.messages import HolderSeed

TODAY = datetime(2026, 11, 24, 8, tzinfo=UTC)
DAY = timedelta(days=1)
OFFICE = DayKey(TODAY.date(), bytes(range(32)))


def keys(folder, name="holder.key"):
    return DayKeys(folder / name)


def test_two_gates_with_the_offices_seed_hash_alike_all_day_and_otherwise_the_next(tmp_path):
    one, other = keys(tmp_path, "one"), keys(tmp_path, "other")
    seed = to_seed(OFFICE)
    first = one.key(TODAY, synced=True, seed=seed)
    assert other.key(TODAY + timedelta(hours=9), synced=True, seed=seed) == first
    tomorrow = one.key(TODAY + DAY, synced=True, seed=seed)
    assert tomorrow != first
    assert other.key(TODAY + DAY, synced=True, seed=to_seed(advance(OFFICE, (TODAY + DAY).date()))) == tomorrow


def test_a_gate_that_was_off_the_network_for_days_is_still_on_the_same_key(tmp_path):
    gate = keys(tmp_path)
    gate.key(TODAY, synced=True, seed=to_seed(OFFICE))
    later = TODAY + 9 * DAY
    assert keys(tmp_path).key(later, synced=True) == advance(OFFICE, later.date()).key


def test_yesterdays_key_is_nowhere_on_the_disk(tmp_path):
    gate = keys(tmp_path)
    old = gate.key(TODAY, synced=True)
    assert to_seed(DayKey(TODAY.date(), old)).key.encode() in (tmp_path / "holder.key").read_bytes()
    gate.key(TODAY + DAY, synced=True)
    everything = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert [path.name for path in tmp_path.iterdir()] == ["holder.key"]
    for written in (old, old.hex().encode(), b64encode(old)):
        assert written not in everything


def test_the_file_is_for_its_owner_alone(tmp_path):
    keys(tmp_path)
    assert stat.S_IMODE((tmp_path / "holder.key").stat().st_mode) == 0o600


def test_a_restart_on_the_same_day_keeps_the_key(tmp_path):
    first = keys(tmp_path).key(TODAY, synced=True)
    assert keys(tmp_path).key(TODAY, synced=True) == first


@pytest.mark.parametrize("wrong", [datetime(1970, 1, 1, tzinfo=UTC), TODAY - 30 * DAY, TODAY + 30 * DAY])
def test_a_clock_that_is_not_right_moves_nothing(tmp_path, wrong):
    keys(tmp_path).key(TODAY, synced=True, seed=to_seed(OFFICE))
    again = keys(tmp_path)
    assert again.key(wrong, synced=False) == OFFICE.key
    assert again.key(wrong, synced=False, seed=to_seed(OFFICE)) == OFFICE.key
    tomorrow = advance(OFFICE, (TODAY + DAY).date())
    assert again.key(wrong, synced=False, seed=to_seed(tomorrow)) == tomorrow.key, "the office knows the day"


def test_an_older_retained_seed_leads_to_the_same_key(tmp_path):
    seed = to_seed(OFFICE)
    gate = keys(tmp_path)
    gate.key(TODAY + 2 * DAY, synced=True, seed=seed)
    again = keys(tmp_path)
    assert again.key(TODAY + 2 * DAY, synced=False, seed=seed) == advance(OFFICE, (TODAY + 2 * DAY).date()).key


def test_a_clock_that_was_wrong_about_being_right_is_mended_by_the_office(tmp_path):
    gate = keys(tmp_path)
    astray = gate.key(TODAY + 300 * DAY, synced=True, seed=to_seed(OFFICE))
    assert gate.key(TODAY, synced=True, seed=to_seed(OFFICE)) == OFFICE.key != astray


def test_a_seed_of_a_day_that_is_not_yet_is_not_taken(tmp_path):
    gate = keys(tmp_path)
    mine = gate.key(TODAY, synced=True)
    assert gate.key(TODAY, synced=True, seed=HolderSeed("2027-11-24", to_seed(OFFICE).key)) == mine


@pytest.mark.parametrize(
    "seed",
    [HolderSeed("2026-02-30", "A" * 43 + "="), HolderSeed("2026-11-24", "!" * 44), HolderSeed("2026-11-24", "A" * 44)],
)
def test_a_damaged_seed_is_refused(tmp_path, seed):
    gate = keys(tmp_path)
    assert gate.key(TODAY, synced=True, seed=seed) == gate.key(TODAY, synced=True)


@pytest.mark.parametrize("kept", [b"", b"\0\xff", b"66" * 32, b'{"day":"2026-11-24","key":"short"}'])
def test_a_key_that_was_kept_for_ever_or_is_damaged_ends_here(tmp_path, kept):
    (tmp_path / "holder.key").write_bytes(kept)
    keys(tmp_path).key(TODAY, synced=True)
    now = (tmp_path / "holder.key").read_bytes()
    assert now != kept
    assert not kept or kept not in now


def test_a_disk_that_refuses_stops_no_gate_and_keeps_no_old_key(tmp_path, monkeypatch):
    gate = keys(tmp_path)
    old = gate.key(TODAY, synced=True)

    def refuse(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", refuse)
        assert gate.key(TODAY + DAY, synced=True) != old
        assert not (tmp_path / "holder.key").exists()
    kept = gate.key(TODAY + DAY, synced=True)
    assert keys(tmp_path).key(TODAY + DAY, synced=True) == kept, "written as soon as the disk takes it again"


def test_a_folder_that_cannot_be_used_is_said_at_the_start(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(KadianError, match="K0456"):
        keys(tmp_path / "file")


def test_the_way_from_day_to_day_is_the_same_in_one_step_or_many():
    far = date(2027, 1, 3)
    step = OFFICE
    while step.day < far:
        step = advance(step, step.day + DAY)
    assert step == advance(OFFICE, far)
    assert advance(OFFICE, date(9999, 1, 1)) == OFFICE
    assert "key" not in repr(OFFICE)
    assert to_seed(OFFICE).key not in repr(to_seed(OFFICE))


def test_a_card_that_takes_nothing_does_not_keep_the_gate_from_starting(tmp_path, monkeypatch):
    def full(path, _key):
        raise KadianError("K0456", str(path), reason="No space left on device")

    monkeypatch.setattr("agent.daykeys.write_key", full)
    keys = DayKeys(tmp_path / "holder.key")
    now = datetime(2026, 11, 25, 8, tzinfo=UTC)
    first = keys.key(now, synced=True)
    assert keys.key(now, synced=True) == first
    monkeypatch.undo()
    assert keys.key(now, synced=True) == first
    assert DayKeys(tmp_path / "holder.key").key(now, synced=True) == first
