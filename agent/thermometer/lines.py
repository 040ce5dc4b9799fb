"""The reading of text lines that devices without a binary frame share: bytes in, samples out."""

from collections.abc import Callable

from agent.thermometer.packets import Decoded, Kept, count
from agent.thermometer.sample import Sample

LONGEST = 256
"""Bytes of a line; a longer one is no thermometer's."""


class Lines(Kept):
    """A parser of complete lines.

    A line counts when its end has come, however long that takes: a pause in the middle of `36.52` must not make 36 of
    it. What comes first after
    a start or a reset is thrown away up to the first line end, because its beginning may be missing (`7.1` of `37.1`);
    not so where every line has a beginning of its own (`begun`).

    Args:
        decode: a line without its end → sample, or why not. Must not raise, whatever the bytes.
        ends: the bytes of which each ends a line; empty lines are passed over.
        begun: a line's beginning shows by itself, so the first one is kept.
    """

    def __init__(self, decode: Callable[[bytes], Decoded], *, ends: bytes = b"\r\n", begun: bool = False) -> None:
        super().__init__()
        self._decode = decode
        self._ends = ends
        self._begun = begun
        self._cut = not begun

    def feed(self, data: bytes) -> list[Sample]:
        """The samples of the lines that these bytes complete; the same whatever pieces the bytes come in."""
        samples: list[Sample] = []
        self._buffer += data
        start = 0
        for at in range(len(self._buffer) - len(data), len(self._buffer)):
            if self._buffer[at] in self._ends:
                samples += self._line(bytes(self._buffer[start:at]))
                start = at + 1
        del self._buffer[:start]
        if len(self._buffer) > LONGEST:
            self._counts.skipped += len(self._buffer)
            self._buffer.clear()
            self._cut = True
        return samples

    def reset(self) -> None:
        """Forgets the unfinished line; the next may have lost its beginning."""
        super().reset()
        self._cut = not self._begun

    def _line(self, line: bytes) -> list[Sample]:
        cut, self._cut = self._cut, False
        if cut or len(line) > LONGEST:
            self._counts.skipped += len(line)
            return []
        return count(self._counts, self._decode(line), len(line)) if line.strip() else []
