"""PostgreSQL's connections cut at random moments, in the middle of commits too."""

import random
import threading
import time
from datetime import UTC, datetime

from collector.ingest.arrival import Arrival
from collector.ingest.committer import Answers, Committer
from collector.ingest.counters import Counters
from collector.ledger import Ledger, runs, screenings
from kadian.identifiers import new_id
from kadian.messages import Screening, encode


def test_what_was_acknowledged_is_there_once_whenever_the_connection_is_cut(
    empty_postgres_ledger, postgres, eventually
):
    url = empty_postgres_ledger()
    ledger = Ledger.open(url)
    acknowledged, told = [], {}
    answers = Answers(
        lambda receipts: told.update({life: receipt.through for life, receipt in receipts.items()}) or True,
        acknowledged.extend,
        lambda *_: None,
    )
    counters = Counters()
    committer = Committer(ledger, "s", lambda: 1, answers, counters)
    committer.start()
    over = threading.Event()
    cuts = []

    def cut():
        chance = random.Random(7)
        while not over.wait(chance.uniform(0.1, 0.8)):
            cuts.extend(
                postgres.ask(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    f"WHERE application_name = 'kadian' AND datname = '{url.rpartition('/')[2]}'"
                )
            )

    cutter = threading.Thread(target=cut)
    cutter.start()
    seq, until = 0, time.monotonic() + 5
    while time.monotonic() < until:
        batch = [Screening(new_id(), "e1", seq + one, datetime.now(UTC), "synced", "pass") for one in range(1, 8)]
        seq += len(batch)
        committer.take([Arrival("kadian/v1/s/e01/screening", encode(batch), seq, 1)])
        time.sleep(0.002)
    over.set()
    cutter.join()
    assert eventually(lambda: len(acknowledged) == seq // 7)
    committer.stop()
    with ledger.read() as connection:
        stored = [one.screening.seq for one in screenings.after(connection, 0, 1_000_000)]
        assert runs.receipt(connection, "e01", "e1").through == seq
    ledger.close()
    assert stored == list(range(1, seq + 1)), "each once, in order"
    assert len(acknowledged) == seq // 7
    assert told["e01", "e1"] == seq
    assert cuts
    assert counters.failed_commits > 0
