"""What each kind of code gun is: how its wire is opened, and how its bytes become texts."""

from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from agent.guns.texts import Scanned, TextCounts
from agent.wire.line import Open


class Reader(Protocol):
    """Bytes in, texts out: no port, clock or thread inside."""

    @property
    def counts(self) -> TextCounts:
        """A copy of the counts since the reader was made."""

    def feed(self, data: bytes) -> list[Scanned]:
        """The texts that these bytes complete, oldest first."""

    def settle(self) -> list[Scanned]:
        """Called when the line has fallen quiet: the text that has no end, if there is one."""

    def reset(self) -> None:
        """A line was opened anew."""


class Family(Struct, frozen=True):
    """One kind of gun; its file ends with `FAMILY = Family(...)`, and the file's name is the setting `[gun] driver`."""

    name: str
    open: Open
    make_reader: Callable[[], Reader]
