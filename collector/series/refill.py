"""Fills a series store anew from the ledger, with the office at work or at rest."""

from collections.abc import Callable

from collector.ledger import Ledger, measured, screenings
from collector.ledger.follower import NotNow, Overtaken
from collector.series.store import Series
from kadian.errors import KadianError

MOST_AT_ONCE = 20_000
PATIENCE_SECONDS = 900.0
"""A store that has taken nothing for so long is given up: the office, which has more patience, goes on from there."""


def refill(
    ledger: Ledger,
    store: Series,
    told: Callable[[int, int], None],
    waits: Callable[[KadianError | None, float], None],
    *,
    resume: bool = False,
) -> None:
    """Empty the store and follow the ledger to the end that it had then.

    An office at work follows at the same time: whoever comes first counts a batch, the other reads on from there. The
    ledger keeps how far it has come, so whoever is interrupted, or the office, can go on.

    Args:
        ledger: what it is filled from.
        store: what is filled.
        told: told after each batch how far it has come and where it will end, as positions of the ledger.
        waits: told when the store takes nothing now, and why; returns after so many seconds.
        resume: go on from where the store is, without emptying it.

    Raises:
        KadianError: K0357, it has taken nothing for a quarter of an hour.
        Exception: the store cannot be emptied, or does not take a batch.
    """
    with ledger.read() as connection:
        end = screenings.last_position(connection)
    if not resume:
        store.clear()
    waited = 0.0
    while (behind := store.position()) < end:
        with ledger.read() as connection:
            batch = measured.after(connection, behind, MOST_AT_ONCE)
        if not batch:
            return
        try:
            store.write(batch)
        except Overtaken:
            continue
        except NotNow as wait:
            if wait.seconds:
                if waited >= PATIENCE_SECONDS:
                    where = store.trouble.where if store.trouble else "series"
                    raise KadianError("K0357", where, minutes=str(round(waited / 60))) from wait
                waits(store.trouble, wait.seconds)
                waited += wait.seconds
            continue
        waited = 0.0
        told(min(batch.last, end), end)
