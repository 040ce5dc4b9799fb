"""The scanning loop that all drivers with a fixed head and a fixed length share: bytes in, samples out."""

import struct
from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from agent.thermometer.sample import Counts, Sample


def sum8(frame: bytes) -> bool:
    """Whether the last byte is the low 8 bits of the sum of all before it."""
    return sum(frame[:-1]) & 0xFF == frame[-1]


def word_sum(frame: bytes) -> bool:
    """Whether the last 16-bit word is the low 16 bits of the sum of all before it, little-endian; an even length."""
    words = struct.unpack(f"<{len(frame) // 2}H", frame)
    return bool(sum(words[:-1]) & 0xFFFF == words[-1])


def tail(end: bytes) -> Callable[[bytes], bool]:
    """Whether a frame ends with these bytes: no sum, so its driver asks for the agreement of several frames."""
    return lambda frame: frame.endswith(end)


class Layout(Struct, frozen=True):
    """How a family's frame looks: `head`, payload, and a trailer that proves it.

    Attributes:
        head: the bytes every frame begins with, its type and length bytes among them.
        sync: how many bytes of the head name the family; a mismatch behind them counts as `foreign`.
        length: bytes in the whole frame.
        decode: payload → sample, None when a value is beyond what the sensor can measure or says that there is none.
        proof: whole frame → whether its sum or its tail is right.
        trailer: bytes of sum or tail behind the payload.
    """

    head: bytes
    sync: int
    length: int
    decode: Callable[[bytes], Sample | None]
    proof: Callable[[bytes], bool] = sum8
    trailer: int = 1

    def sample(self, frame: bytes) -> Sample | None:
        """What a frame whose proof is right says."""
        return self.decode(frame[len(self.head) : self.length - self.trailer])


class Frames:
    """A parser for one `Layout`.

    On any mismatch one byte is dropped and the search begins again: at 1 % of bytes lost this keeps 91 % of the frames
    where reading in blocks of nine keeps 10 %.

    An 8-bit sum lets one wrong frame in 256 pass. When a byte is lost, the wrong frame always borrows the first bytes
    of the next one; so a frame whose tail could be another's head is held until the bytes behind it, or a quiet line
    (`settle`), have shown which of the two is whole. At most two frames less one byte are kept.
    """

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._buffer = bytearray()
        self._counts = Counts()

    @property
    def counts(self) -> Counts:
        """A copy of the counts since the parser was made."""
        return replace(self._counts)

    def feed(self, data: bytes) -> list[Sample]:
        """The samples that these bytes complete, oldest first; the same whatever pieces the bytes come in."""
        self._buffer += data
        return self._scan(quiet=False)

    def settle(self) -> list[Sample]:
        """The samples held back, now that the line is quiet; an unfinished frame stays."""
        return self._scan(quiet=True)

    def reset(self) -> None:
        """Forgets unfinished input; the counts stay."""
        self._counts.skipped += len(self._buffer)
        self._buffer.clear()

    def _scan(self, *, quiet: bool) -> list[Sample]:
        layout, counts, buffer = self._layout, self._counts, self._buffer
        samples: list[Sample] = []
        at = 0
        while True:
            start = self._next_head(at)
            counts.skipped += start - at
            at = start
            if len(buffer) - at < layout.length:
                break
            sample = self._judge(at)
            if sample is not None:
                rival = self._rival(at)
                if rival is None and not quiet:
                    break
                if not rival:
                    samples.append(sample)
                    counts.good += 1
                    at += layout.length
                    continue
                counts.torn += 1
            counts.skipped += 1
            at += 1
        del buffer[:at]
        return samples

    def _next_head(self, at: int) -> int:
        """Where a head, or the beginning of one that the buffer cuts off, is next; the buffer's end if nowhere."""
        head, buffer = self._layout.head, self._buffer
        while True:
            at = buffer.find(head[:1], at)
            if at < 0:
                return len(buffer)
            seen = bytes(buffer[at : at + len(head)])
            if head.startswith(seen):
                return at
            if seen.startswith(head[: self._layout.sync]):
                self._counts.foreign += 1
            at += 1

    def _judge(self, at: int) -> Sample | None:
        """The sample of the whole frame at `at`, or None with its failure counted."""
        frame = self._frame(at)
        if not self._layout.proof(frame):
            self._counts.bad_checksum += 1
            return None
        sample = self._layout.sample(frame)
        if sample is None:
            self._counts.out_of_range += 1
        return sample

    def _rival(self, at: int) -> bool | None:
        """Whether another good frame begins inside the one at `at`: True, False, or None while bytes are missing."""
        layout, buffer = self._layout, self._buffer
        start = at
        while (start := buffer.find(layout.head[:1], start + 1, at + layout.length)) >= 0:
            if not layout.head.startswith(bytes(buffer[start : start + len(layout.head)])):
                continue
            frame = self._frame(start)
            if len(frame) < layout.length:
                return None
            if layout.proof(frame) and layout.sample(frame) is not None:
                return True
        return False

    def _frame(self, at: int) -> bytes:
        return bytes(self._buffer[at : at + self._layout.length])
