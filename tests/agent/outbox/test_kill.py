"""kill -9 of a process that records."""

import json
import os
import signal
import subprocess
import sys
import time

from agent.outbox import Outbox

RECORDER = """
import sys
from pathlib import Path
from datetime import UTC, datetime
from agent.outbox import Outbox
from kadian.identifiers import new_id
from kadian.messages import Screening
box = Outbox(Path(sys.argv[1]))
while True:
    s = box.record(lambda epoch, seq: Screening(new_id(), epoch, seq, datetime.now(UTC), "synced", "pass"))
    print(s.epoch, s.seq, s.id, flush=True)
"""


def test_after_kill_9_everything_said_recorded_is_there(tmp_path):
    path = tmp_path / "outbox.db"
    said = []
    for number in range(6):
        process = subprocess.Popen([sys.executable, "-c", RECORDER, str(path)], stdout=subprocess.PIPE, text=True)
        said.append(process.stdout.readline())
        time.sleep(0.05 + number * 0.03)
        os.kill(process.pid, signal.SIGKILL)
        said += [
            line for line in process.stdout.read().split("\n") if line.count("-") == 4 and len(line.split()[-1]) == 36
        ]
        process.wait()
    box = Outbox(path)
    there = {(row.seq, json.loads(row.body)["id"]) for row in box.pending(0, 1_000_000)}
    promised = {(int(line.split()[1]), line.split()[2]) for line in said}
    assert len(promised) > 20
    assert promised <= there
    assert [row.seq for row in box.pending(0, 10_000)] == list(range(1, len(there) + 1))
    box.close()
