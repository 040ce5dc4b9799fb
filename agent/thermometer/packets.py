"""The reading of packets that a line gives whole (reports, indications, pictures): bytes in, samples out."""

from collections.abc import Callable
from typing import Literal

from msgspec.structs import replace

from agent.thermometer.sample import Counts, Sample

Refused = Literal["foreign", "bad_checksum", "out_of_range"]
"""Why something is no sample; the names are those of `Counts`."""

Decoded = Sample | Refused | None
"""None tells something that is neither a sample nor wrong."""


def count(counts: Counts, found: Decoded, size: int) -> list[Sample]:
    """Counts what `size` bytes were found to be, and gives the sample if they were one."""
    if isinstance(found, Sample):
        counts.good += 1
        return [found]
    if found is not None:
        counts.skipped += size
        setattr(counts, found, getattr(counts, found) + 1)
    return []


class Kept:
    """What every parser here keeps: the bytes that are no sample yet, and the counts."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._counts = Counts()

    @property
    def counts(self) -> Counts:
        """A copy of the counts since the parser was made."""
        return replace(self._counts)

    def settle(self) -> list[Sample]:
        """Called when the line has fallen quiet: nothing is held back that this could complete."""
        return []

    def reset(self) -> None:
        """Forgets what is unfinished."""
        self._counts.skipped += len(self._buffer)
        self._buffer.clear()


class Packets(Kept):
    """A parser of packets.

    The line gives packets whole, so a piece that is still unfinished when it falls quiet is dropped.

    Args:
        length: what has come → how long the packet is that begins there; 0 while that cannot be told, negative when so
            many bytes begin none.
        decode: a packet → sample, or why not. Must not raise, whatever the bytes.
    """

    def __init__(self, length: Callable[[bytearray], int], decode: Callable[[bytes], Decoded]) -> None:
        super().__init__()
        self._length = length
        self._decode = decode

    def feed(self, data: bytes) -> list[Sample]:
        """The samples that these bytes complete; the same whatever pieces the bytes come in."""
        self._buffer += data
        samples: list[Sample] = []
        while self._buffer and (length := self._length(self._buffer)):
            if length > len(self._buffer):
                break
            packet = bytes(self._buffer[: abs(length)])
            del self._buffer[: abs(length)]
            if length > 0:
                samples += count(self._counts, self._decode(packet), length)
            else:
                self._counts.skipped += len(packet)
        return samples

    def settle(self) -> list[Sample]:
        """Drops an unfinished packet: what comes after a pause begins one."""
        self.reset()
        return []
