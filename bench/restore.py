"""A lost disk: backup, restore, and the hole filled from the gates; and a gate that is back before its office.

Real outboxes and uplinks of nine gates, mosquitto, the office, and the verbs as a person calls them.
"""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from bench.figures import milliseconds
from bench.outbox import insert, screening
from bench.place import site
from tests.system.deviceless import Gate
from tests.system.site import Site

GATES = 9
BEFORE = int(os.environ.get("KADIAN_BEFORE", "20000"))
HOUR = int(os.environ.get("KADIAN_HOUR", "3600"))
"""Screenings of each gate before the backup, and in the hour that is lost."""
RETURNS = 5


def run() -> dict[str, Any]:
    """Seconds of each step, what was lost, and how long a gate waits that came back before its office."""
    with site() as place:
        place.start()
        with _gates(place) as gates:
            place.until(lambda: not any(gate.outbox.waiting for gate in gates), 120, "all before the backup is in")
            with _living(gates):
                backup_s = _verb(place, "backup", place.folder / "night.db")
            for gate in gates:
                for _ in range(HOUR):
                    gate.add(screening)
            place.until(lambda: not any(gate.outbox.waiting for gate in gates), 120, "the hour is in")
            before = _ids(place)
            held = json.loads((place.folder / "night.db.json").read_text("utf-8"))["counts"]["screenings"]
            place.office.stop()
            restore_s = _verb(place, "restore", place.folder / "night.db")
            begun = time.monotonic()
            place.office.start()
            place.until(lambda: len(_ids(place)) >= len(before), 280, "the hole is filled")
            fill_s = time.monotonic() - begun
            after = _ids(place)
            lost, doubled = len(set(before) - set(after)), len(after) - len(set(after))
            print(
                f"backup of {held} while the office works: {backup_s:.1f} s; restore {restore_s:.1f} s; "
                f"{len(before) - held} asked back from {GATES} gates in {fill_s:.1f} s, the office's start included; "
                f"lost {lost}, doubled {doubled}"
            )
            returns = [_back_first(place, gates[0]) for _ in range(RETURNS)]
    waits = milliseconds("gate back before the office: the office's return → receipt", returns)
    if lost or doubled:
        raise SystemExit(f"lost {lost}, doubled {doubled}")
    return {
        "held": held,
        "asked_back": len(before) - held,
        "backup_s": round(backup_s, 1),
        "restore_s": round(restore_s, 1),
        "fill_s": round(fill_s, 1),
        "lost": lost,
        "doubled": doubled,
        "back_before_the_office": waits,
    }


@contextmanager
def _gates(place: Site) -> Iterator[list[Gate]]:
    gates = [Gate(place.folder, f"e{number:02}", place.broker_port) for number in range(1, GATES + 1)]
    try:
        for gate in gates:
            insert(gate.outbox, BEFORE)
            gate.start()
        yield gates
    finally:
        for gate in gates:
            gate.stop()


@contextmanager
def _living(gates: list[Gate]) -> Iterator[None]:
    """A screening a second at every gate, meanwhile."""
    over = threading.Event()

    def live() -> None:
        while not over.wait(1):
            for gate in gates:
                gate.add(screening)

    thread = threading.Thread(target=live)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _back_first(place: Site, gate: Gate) -> float:
    """The broker dies and forgets; the gate is back first and speaks to nobody; seconds from the office's return."""
    office = place.office.process
    assert office is not None  # noqa: S101 - it was started
    office.send_signal(signal.SIGSTOP)
    place.broker.kill()
    place.until(lambda: not gate.uplink.connected, 20, "the gate notices")
    place.until(lambda: gate.uplink.connected, 60, "the gate is back")
    gate.add(screening)
    time.sleep(1)
    office.send_signal(signal.SIGCONT)
    said = place.office.said().count("broker_connected")
    place.until(lambda: place.office.said().count("broker_connected") > said, 60, "the office is back")
    begun = time.monotonic()
    place.until(lambda: not gate.outbox.waiting, 60, "the receipt")
    return time.monotonic() - begun


def _verb(place: Site, verb: str, file: Path) -> float:
    command = [sys.executable, "-m", "kadian", verb, "--config", str(place.folder / "office.toml"), str(file)]
    begun = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=300)
    return time.monotonic() - begun


def _ids(place: Site) -> list[bytes]:
    with closing(sqlite3.connect(f"file:{place.folder}/office/kadian.db?mode=ro", uri=True)) as connection:
        return [row[0] for row in connection.execute("SELECT id FROM screenings")]
