"""Fills a series store anew from the ledger, with the office at work or at rest."""

from collections.abc import Callable

from collector.ledger import Ledger, measured, screenings
from collector.series.store import Series

MOST_AT_ONCE = 20_000


def refill(ledger: Ledger, store: Series, told: Callable[[int, int], None]) -> None:
    """Empty the store and follow the ledger to the end that it had then.

    An office at work follows at the same time: whoever comes first counts a batch, the other reads on from there.

    Args:
        ledger: what it is filled from.
        store: what is filled.
        told: told after each batch how far it has come and where it will end, as positions of the ledger.

    Raises:
        Exception: the store does not take a batch.
    """
    with ledger.read() as connection:
        end = screenings.last_position(connection)
    store.clear()
    while (behind := store.position()) < end:
        with ledger.read() as connection:
            batch = measured.after(connection, behind, MOST_AT_ONCE)
        if not batch:
            return
        store.write(batch)
        told(min(batch.last, end), end)
