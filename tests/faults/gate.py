"""`python -m tests.faults.gate FOLDER NAME PORT RATE BACKLOG`: a gate's own outbox and uplink without devices.

It begins with a backlog of so many screenings, and sends nothing before a file `open` lies beside the gates' folders.
People come at `RATE` a second until a file `closed` lies there; then the gate only sends, and says in a file `waiting`
how many are left. What the outbox confirmed is written by a recorder outside of it: one line with epoch, seq, id and
the time.
"""

import json
import os
import signal
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

from agent.outbox import Outbox
from kadian.identifiers import new_id
from kadian.messages import Screening
from tests.system.deviceless import forehead, uplink_of

WARM = forehead(36.54)
RARE = 0.05
"""Seconds between two looks whether the gates are closed."""


def screening(epoch: str, seq: int) -> Screening:
    """Somebody who is well."""
    return Screening(new_id(), epoch, seq, datetime.now(UTC), "synced", "pass", WARM)


def fill(outbox: Outbox, count: int) -> list[Screening]:
    """Many at once, a thousand in one commit: only how they come to be there differs from `record`."""
    made = [screening(outbox.epoch, seq) for seq in range(outbox.last_seq + 1, count + 1)]
    store = outbox._store
    for begin in range(0, len(made), 1000):
        part = made[begin : begin + 1000]
        store.change(lambda connection, part=part: [store.insert(connection, one, None) for one in part])
        store.last_seq = part[-1].seq
        store.waiting += len(part)
    return made


def run(folder: Path, name: str, port: int, rate: float, backlog: int) -> None:
    """Until SIGTERM."""
    home = folder / name
    home.mkdir(exist_ok=True)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    outbox = Outbox(home / "outbox.db")
    uplink = uplink_of(outbox, name, port)
    sending = threading.Thread(target=uplink.run, args=(stop,))
    recorder = os.open(home / "recorded.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for made in fill(outbox, backlog):
        os.write(recorder, _line(made))
    (home / "filled").touch()
    while backlog and not (folder / "open").exists():
        stop.wait(RARE)
    sending.start()
    while not stop.is_set():
        if (folder / "closed").exists():
            (home / "waiting").write_text(str(outbox.waiting), "ascii")
            stop.wait(RARE)
            continue
        made = outbox.record(screening)
        os.write(recorder, _line(made))
        uplink.recorded(made.seq)
        stop.wait(1 / rate)
    sending.join()


def _line(made: Screening) -> bytes:
    return json.dumps({"epoch": made.epoch, "seq": made.seq, "id": str(made.id), "at": time.time()}).encode() + b"\n"


if __name__ == "__main__":
    run(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4]), int(sys.argv[5]))
