"""The office's word that screenings are on its disk."""

from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta, Struct

from kadian.messages.fields import Epoch, Seq


class Receipt(Struct, frozen=True, gc=False):
    """All of `epoch` up to `through`, less `missing`, is committed to disk in the office.

    `through` may be 0: nothing of this epoch is known yet. `missing` is sorted and holds at most 500 numbers; an
    office that misses more says a smaller `through`. `also` holds at most 100 ranges [first, last] beyond `through`
    that are committed too: an office whose ledger was lost or restored has a hole that no gate can fill any more, and
    a backlog that drains behind live screenings is a hole for a while; neither may hold back what lies beyond.
    """

    epoch: Epoch
    through: Annotated[int, Meta(ge=0, le=2**53 - 1)]
    missing: Annotated[tuple[Seq, ...], Meta(max_length=500)] = ()
    also: Annotated[tuple[tuple[Seq, Seq], ...], Meta(max_length=100)] = ()

    def covers(self, seq: int) -> bool:
        """Whether the screening `seq` of this epoch is in the office."""
        return bool(self.covered((seq,)))

    def covered(self, seqs: Iterable[int]) -> set[int]:
        """Those of `seqs` that are in the office."""
        without = frozenset(self.missing)
        return {
            seq
            for seq in seqs
            if (seq not in without if seq <= self.through else any(first <= seq <= last for first, last in self.also))
        }

    @property
    def highest(self) -> int:
        """The highest number that the office says it has."""
        return max([self.through, *(last for _, last in self.also)])
