"""Our outbox, as the agent opens it. `python -m bench.stores.outbox FOLDER`."""

import sys
from pathlib import Path

import msgspec

from agent.outbox import Outbox
from bench.load.made import People
from bench.stores.child import serve
from kadian.messages import Receipt, Screening

PACK = 500


class OutboxStore:
    """`record` returns when the screening is on disk (fsync)."""

    def __init__(self, folder: Path) -> None:
        self._box = Outbox(folder / "outbox.db")
        self._people = People()
        self._one = self._people.next(self._box.epoch, 1, 1_790_000_000.0)

    def put(self, text: str) -> int:
        """One screening; what it says is the same each time, as with the other store."""
        del text
        return self._box.record(self._make).seq

    def _make(self, epoch: str, seq: int) -> Screening:
        return msgspec.structs.replace(self._one, epoch=epoch, seq=seq)

    def settle(self) -> None:
        """All is there when `put` returns."""

    def drain(self) -> int:
        """As the uplink drains: 500 at once, done when a receipt comes."""
        count, last = 0, 0
        while rows := self._box.pending(last, PACK):
            last = rows[-1].seq
            count += len(rows)
            self._box.apply(Receipt(self._box.epoch, last))
        return count


if __name__ == "__main__":
    serve(OutboxStore(Path(sys.argv[1])), "")
