"""kill -9 in the middle of commits: what was receipted is in the file, again and again."""

import random
import subprocess
import sys
import time
from pathlib import Path

from collector.ledger import Ledger, screenings

ROOT = Path(__file__).parents[3]
OFFICE = """
import sys
from datetime import UTC, datetime
from collector.ingest.arrival import Arrival
from collector.ingest.committer import Answers, Committer
from collector.ingest.counters import Counters
from collector.ledger import Ledger
from kadian.identifiers import new_id
from kadian.messages import Screening, encode

url, epoch = sys.argv[1:]
def receipt(receipts):
    for told in receipts.values():
        sys.stdout.write(f"{told.through}\\n")
    sys.stdout.flush()
    return True
answers = Answers(receipt, lambda a: None, lambda g, r: None)
committer = Committer(Ledger.open(url), "s", lambda: 1, answers, Counters())
committer.start()
seq = 0
while True:
    batch = []
    for _ in range(7):
        seq += 1
        batch.append(Screening(new_id(), epoch, seq, datetime.now(UTC), "synced", "pass"))
    while committer.waiting() > 50:
        pass
    committer.take([Arrival("kadian/v1/s/e01/screening", encode(batch), 1, 1)])
"""


def test_nothing_that_was_receipted_is_lost_by_kill_9(tmp_path):
    url = f"sqlite:///{tmp_path}/kadian.db"
    chance = random.Random(20261124)
    promised = {}
    for life in range(5):
        epoch = f"life-{life}"
        said = tmp_path / epoch
        with said.open("wb") as out:
            office = subprocess.Popen([sys.executable, "-c", OFFICE, url, epoch], cwd=ROOT, stdout=out)
            until = time.monotonic() + 20
            while said.stat().st_size == 0 and time.monotonic() < until:
                time.sleep(0.005)
            time.sleep(chance.uniform(0.02, 0.25))
            office.kill()
            office.wait()
        # A last line that the kill has cut is shorter than what was receipted; it is left out.
        promised[epoch] = max(int(line) for line in said.read_text().split("\n")[:-1])
    ledger = Ledger.open(url)
    with ledger.read() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        stored = screenings.after(connection, 0, 1_000_000)
    ledger.close()
    for epoch, through in promised.items():
        numbers = [one.screening.seq for one in stored if one.screening.epoch == epoch]
        assert numbers == list(range(1, len(numbers) + 1)), "in order, without holes, each once"
        assert len(numbers) >= through > 0
