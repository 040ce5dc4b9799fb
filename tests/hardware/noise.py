"""What a line and a stranger do to bytes: damage, and inputs nobody meant. Every step comes from the given chance."""

from collections.abc import Iterator, Sequence
from random import Random

from agent.thermometer.sample import Parser


def damaged(data: bytes, chance: Random, *, lost: float = 0.0, flipped: float = 0.0, added: float = 0.0) -> bytes:
    """The bytes after a bad line; each rate is the share of bytes that this happens to."""
    out = bytearray()
    for byte in data:
        if chance.random() < added:
            out.append(chance.randrange(256))
        if chance.random() < lost:
            continue
        out.append(byte ^ 1 << chance.randrange(8) if chance.random() < flipped else byte)
    return bytes(out)


def fuzzed(frames: Sequence[bytes], strangers: Sequence[bytes], count: int, chance: Random) -> Iterator[bytes]:
    """`count` inputs for a parser of `frames`: noise, frames whole, cut, changed or doubled, heads, other families."""
    for _ in range(count):
        frame = frames[chance.randrange(len(frames))]
        head = frame[: chance.randrange(1, 7)]
        match chance.randrange(8):
            case 0:
                yield chance.randbytes(chance.randrange(64))
            case 1:
                yield frame
            case 2:
                at = chance.randrange(len(frame))
                yield frame[:at] + chance.randbytes(chance.randrange(3)) + frame[at + chance.randrange(3) :]
            case 3:
                yield head + chance.randbytes(chance.randrange(min(64, len(frame))))
            case 4:
                yield head * chance.randrange(1, 9)
            case 5:
                at = chance.randrange(len(frame))
                yield frame[at : at + chance.randrange(1, 64)]
            case 6:
                yield damaged(frame[:64], chance, lost=0.05, flipped=0.05, added=0.05) + frame[64:]
            case _:
                yield strangers[chance.randrange(len(strangers))][:64]


def feed_fuzzed(
    parser: Parser, frames: Sequence[bytes], strangers: Sequence[bytes], count: int, chance: Random
) -> tuple[int, int]:
    """Feeds `count` inputs, with pauses, and a reset now and then: how many bytes those were, and how many samples."""
    fed = samples = 0
    for data in fuzzed(frames, strangers, count, chance):
        fed += len(data)
        samples += len(parser.feed(data))
        turn = chance.random()
        if turn < 0.3:
            samples += len(parser.settle())
        elif turn > 0.999:
            parser.reset()
    return fed, samples
