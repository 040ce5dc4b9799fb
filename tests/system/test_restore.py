"""Backup, a lost disk, restore: what came after the backup is asked back from the gates' own disks."""

import json
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest

from tests.system.site import Feeder

GATES = ("e01", "e02")
BEFORE, AFTER = 60, 120
"""Readings before the backup, and between it and the loss of the disk."""


def kadian(site, *arguments):
    config = site.folder / "office.toml"
    command = [sys.executable, "-m", "kadian", arguments[0], "--config", str(config), *map(str, arguments[1:])]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def told(site):
    return {line["id"] for name in GATES for line in site.recorded(name)}


def stored(site):
    with closing(sqlite3.connect(f"file:{site.folder}/office/kadian.db?mode=ro", uri=True)) as connection:
        return [bytes(row[0]).hex() for row in connection.execute("SELECT id FROM screenings")]


def has_all(site):
    found = site.ask("/api/v1/screenings/summary?since=2026-01-01T00:00:00Z")
    return found["total"] >= len(told(site)) and not found["gaps"]


def measure(site, feeders, more):
    goal = len(told(site)) + more
    site.until(lambda: len(told(site)) >= goal or not [feeder.person(36.6) for feeder in feeders], 60, "people")


@pytest.mark.system
@pytest.mark.timeout(120)
def test_a_backup_is_restored_and_the_gates_fill_what_came_after_it(site):
    here = site()
    for name in GATES:
        here.gate(name)
    feeders = [Feeder(here.folder / name / "port") for name in GATES]
    try:
        here.start()
        measure(here, feeders, BEFORE)
        for feeder in feeders:
            feeder.start()  # the office is at work while it is backed up
        backup = here.folder / "night.db"
        begun = time.monotonic()
        made = kadian(here, "backup", backup)
        took = time.monotonic() - begun
        for feeder in feeders:
            feeder.stop()
        assert made.returncode == 0, made.stderr
        assert kadian(here, "backup", backup).returncode == 1  # never over another
        assert backup.stat().st_mode & 0o777 == 0o600
        measure(here, feeders, AFTER)
        here.until(lambda: has_all(here), 30, "all is in the office")
        time.sleep(1)  # the last receipts: from here on the gates think that the office has everything
        everything = told(here)
        held = json.loads(backup.with_name("night.db.json").read_text())["counts"]["screenings"]
        assert len(everything) - held >= AFTER

        refused = kadian(here, "restore", backup)
        assert (refused.returncode, "K0386" in refused.stderr) == (1, True)
        here.office.stop()
        put_back = kadian(here, "restore", backup)
        assert put_back.returncode == 0, put_back.stderr
        assert len(stored(here)) == held
        begun = time.monotonic()
        here.office.start()
        here.until(lambda: has_all(here) and len(stored(here)) >= len(everything), 60, "the hole is filled")
        filled = time.monotonic() - begun
        ids = stored(here)
        assert len(ids) == len(set(ids))
        assert {name.replace("-", "") for name in everything} <= set(ids)
        assert "lost" not in here.ask("/api/v1/screenings/summary")
        print(
            f"backup {took:.1f} s; {len(everything) - held} of {len(everything)} asked back in {filled:.1f} s, 0 lost"
        )
    finally:
        for feeder in feeders:
            feeder.close()
