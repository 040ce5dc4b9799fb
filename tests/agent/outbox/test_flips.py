"""Turned bits and cut files: the gate starts or says what to do, and nothing recorded changes or vanishes unsaid."""

import os
import random
import shutil
import subprocess
import sys

import pytest

from agent.daykeys import DayKeys
from agent.outbox import Outbox
from agent.settings import AgentSettings
from kadian.errors import KadianError
from kadian.identifiers import new_id
from kadian.messages import Policy, Receipt, Screening, Temperature, decode
from kadian.settings import load
from tests.agent.outbox.rows import AT

ROUNDS = int(os.environ.get("KADIAN_FLIPS", "200"))
SEED = int(os.environ.get("KADIAN_SEED", "0")) or random.randrange(1_000_000)
POLICY = Policy("7", fever_celsius=37.1)


def made(epoch, seq):
    warm = Temperature(36 + seq % 100 / 100, "body_estimate", "forehead", 34.2, 21.0, "device", 12, 0.1, "gy614v3")
    return Screening(new_id(), epoch, seq, AT, "synced", "pass", warm)


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    """An outbox as a kill leaves it: 700 rows, some done, some of them in the log alone."""
    place = tmp_path_factory.mktemp("original")
    box = Outbox(place / "outbox.db")
    box.save_policy(POLICY)
    for _ in range(600):
        box.record(made)
    box._store.do(lambda connection: connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall())
    box.apply(Receipt(box.epoch, 150))
    for _ in range(100):
        box.record(made)
    kept = {one.id: one for one in (decode(Screening, row.body) for row in box.pending(0, 1_000))}
    copy = place / "killed"
    copy.mkdir()
    for path in place.glob("outbox*"):
        shutil.copy(path, copy)
    box.close()
    assert len(kept) == 550
    return copy, kept


def hurt(path, chance):
    """Up to three turned bits, or a cut; True when it is a cut."""
    whole = bytearray(path.read_bytes())
    cut = chance.random() < 0.25
    if cut:
        whole = whole[: chance.randrange(len(whole))]
    else:
        for _ in range(chance.randrange(1, 4)):
            whole[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
    path.write_bytes(whole)
    return cut


def test_a_hurt_outbox_always_opens_and_loses_nothing_unsaid(original, tmp_path, capsys):
    folder, kept = original
    chance = random.Random(SEED)
    print(f"seed {SEED}")
    aside = saved = 0
    for number in range(ROUNDS):
        place = tmp_path / str(number)
        shutil.copytree(folder, place)
        victim = place / chance.choice(["outbox.db", "outbox.db", "outbox.db-wal"])
        cut_log = hurt(victim, chance) and victim.name.endswith("-wal")
        box = Outbox(place / "outbox.db")
        fresh = box.record(made)
        there = [decode(Screening, row.body) for row in box.pending(0, 2_000)]
        assert box.policy() in (POLICY, None)
        assert there[-1].id == fresh.id
        assert [one.seq for one in there] == sorted({one.seq for one in there})
        assert {one.epoch for one in there} == {box.epoch}
        said = capsys.readouterr().out
        for one in there[:-1]:
            # Not one digit of what was recorded is another now. What was done may come once more, the office knows it.
            before = kept.get(one.id)
            assert before is None or (one.temperature, one.at) == (before.temperature, before.at)
        lost = set(kept) - {one.id for one in there}
        told = any(word in said for word in ("outbox_put_aside", "outbox_vanished"))
        if "outbox_end_torn" in said and not told:
            assert len(lost) <= 1
            continue
        if cut_log and not told:
            # A log without its end is what a power cut leaves, too: nobody can tell, so only the end may be gone.
            here = max(one.seq for one in there[:-1])
            assert all(kept[one].seq > here for one in lost)
            continue
        assert told or not lost, f"round {number}, seed {SEED}: {len(lost)} lost without a word"
        aside += "outbox_put_aside" in said
        saved += len(kept) - len(lost)
        box.close()
        shutil.rmtree(place)
    share = saved / (ROUNDS * len(kept))
    print(f"{ROUNDS} damages: {aside} put aside, {share:.1%} of the screenings saved")
    assert aside > ROUNDS / 10
    assert share > 0.6


def test_one_turned_bit_in_the_log_costs_no_screening(original, tmp_path, capsys):
    folder, kept = original
    shutil.copytree(folder, tmp_path / "here")
    log = tmp_path / "here" / "outbox.db-wal"
    whole = bytearray(log.read_bytes())
    whole[32 + 24 + 4120 + 5] ^= 16
    log.write_bytes(whole)
    box = Outbox(tmp_path / "here" / "outbox.db")
    assert "outbox_put_aside" in capsys.readouterr().out
    there = {decode(Screening, row.body).id for row in box.pending(0, 2_000)}
    assert len(set(kept) - there) < 50
    box.close()


def test_a_young_outbox_whose_whole_life_is_in_a_log_with_a_damaged_header_is_saved(tmp_path, capsys):
    box = Outbox(tmp_path / "outbox.db")
    kept = [box.record(made).id for _ in range(30)]
    (tmp_path / "killed").mkdir()
    for path in tmp_path.glob("outbox.db*"):
        shutil.copy(path, tmp_path / "killed")
    box.close()
    log = tmp_path / "killed" / "outbox.db-wal"
    whole = bytearray(log.read_bytes())
    whole[17] ^= 1
    log.write_bytes(whole)
    again = Outbox(tmp_path / "killed" / "outbox.db")
    assert "outbox_put_aside" in capsys.readouterr().out
    assert [decode(Screening, row.body).id for row in again.pending()] == kept
    again.close()


CONFIG = """site = "chuanchang"
gate = "e01"
[thermometer]
driver = "gy614v3"
port = "/dev/kadian-therm"
[camera]
source = 0
[outbox]
path = "PLACE/outbox.db"
"""


def test_a_hurt_configuration_or_key_is_read_or_told_with_a_cure(tmp_path):
    chance = random.Random(SEED)
    print(f"seed {SEED}")
    config = tmp_path / "agent.toml"
    told = []
    for _ in range(ROUNDS):
        config.write_text(CONFIG.replace("PLACE", str(tmp_path)), "utf-8")
        load(config, AgentSettings, {})
        key = tmp_path / "holder.key"
        key.unlink(missing_ok=True)
        DayKeys(key)
        hurt(chance.choice([config, key]), chance)
        try:
            load(config, AgentSettings, {})
            DayKeys(key)
        except KadianError as error:
            told.append(error)
    assert len(told) > ROUNDS / 10
    assert all(error.what() and error.do() for error in told)


def test_the_command_ends_with_a_cure_at_a_configuration_that_is_rubbish(tmp_path):
    config = tmp_path / "agent.toml"
    config.write_bytes(os.urandom(300))
    ran = subprocess.run(
        [sys.executable, "-m", "kadian", "agent", "--config", str(config)], capture_output=True, check=False, timeout=30
    )
    assert ran.returncode == 2
    assert "怎么办".encode() in ran.stderr
