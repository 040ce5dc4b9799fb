"""Answers framed by the quiet around them: for devices whose head or length is not known well enough to search for."""

from collections.abc import Callable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from agent.thermometer.sample import Counts, Sample

ASK_SECONDS = 0.4
"""How often to ask; the link looks every 0.2 s, so it comes to twice a second."""


class Answer(Struct, frozen=True):
    """How a family's answer looks.

    Attributes:
        lengths: how many bytes an answer may have.
        decode: whole answer → sample, None when a value is beyond what the sensor can measure or says that there is
            none.
        head: the bytes it begins with, as far as they are known.
    """

    lengths: Sequence[int]
    decode: Callable[[bytes], Sample | None]
    head: bytes = b""


class Answers:
    """A parser for devices that speak once and then keep quiet: when asked, or less often than every 0.2 s.

    What came since the line was last quiet is one answer, if its length and head are right; a lost or inserted byte
    spoils the length, so it spoils one answer and never shifts a value. The pause is `settle`'s, 0.2 s and far above
    the 16 ms in which an FTDI bridge delivers its lumps; nothing is given out by `feed`. So a device is to be asked
    again no sooner than 0.2 s after its answer has ended: `ASK_SECONDS` leaves that to an answer of 0.18 s. No more
    than the longest answer is kept.
    """

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._buffer = bytearray()
        self._heard = 0
        self._counts = Counts()

    @property
    def counts(self) -> Counts:
        """A copy of the counts since the parser was made."""
        return replace(self._counts)

    def feed(self, data: bytes) -> list[Sample]:
        """Keeps the bytes; an answer is one when the line has fallen quiet."""
        self._buffer += data[: max(self._answer.lengths) - len(self._buffer)]
        self._heard += len(data)
        return []

    def settle(self) -> list[Sample]:
        """The answer that ended with this quiet, if it is one."""
        answer, heard = bytes(self._buffer), self._heard
        self._forget()
        if not heard:
            return []
        if heard not in self._answer.lengths or not answer.startswith(self._answer.head):
            self._counts.foreign += 1
        elif (sample := self._answer.decode(answer)) is None:
            self._counts.out_of_range += 1
        else:
            self._counts.good += 1
            return [sample]
        self._counts.skipped += heard
        return []

    def reset(self) -> None:
        """Forgets unfinished input; the counts stay."""
        self._counts.skipped += self._heard
        self._forget()

    def _forget(self) -> None:
        self._buffer.clear()
        self._heard = 0
