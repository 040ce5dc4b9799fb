"""The office's word that screenings are on its disk."""

from typing import Annotated

from msgspec import Meta, Struct

from kadian.messages.fields import Epoch, Seq


class Receipt(Struct, frozen=True):
    """All of `epoch` up to `through`, less `missing`, is committed to disk in the office.

    `through` may be 0: nothing of this epoch is known yet. `missing` is sorted and holds at most 500 numbers; an
    office that misses more says a smaller `through`.
    """

    epoch: Epoch
    through: Annotated[int, Meta(ge=0, le=2**53 - 1)]
    missing: Annotated[tuple[Seq, ...], Meta(max_length=500)] = ()

    def covers(self, seq: int) -> bool:
        """Whether the screening `seq` of this epoch is in the office."""
        return seq <= self.through and seq not in self.missing
