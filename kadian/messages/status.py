"""Whether a gate is connected. Retained; `lost` is the last will."""

from typing import Literal

from msgspec import Struct

from kadian.messages.fields import Moment, Word

GateState = Literal["online", "stopped", "lost"]


class Status(Struct, frozen=True):
    """`online` at every connect, `stopped` at a clean end, `lost` said by the broker for a gate that vanished."""

    state: GateState
    at: Moment
    version: Word
