"""How the tests listen to an emulated device: frames in, what a driver made of them out."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from agent.thermometer import Sample, find
from agent.thermometer.sample import Parser
from tests.hardware.framed import DEVICES


class Value(NamedTuple):
    """What a device measured, in °C; None where it does not send it."""

    surface: float
    ambient: float | None
    body: float | None


def value(name: str, n: int) -> Value:
    """The n-th of twenty values, each so far from the next that no two of them agree."""
    device = DEVICES[name]
    surface, ambient, body = round(30 + n % 20 * 0.7, 1), round(20 + n % 20 * 0.3, 1), round(35 + n % 20 * 0.2, 1)
    return Value(surface, ambient if device.ambient else None, body if device.body else None)


def frame(name: str, n: int) -> bytes:
    """The bytes of the n-th value."""
    n %= 20
    return DEVICES[name].frame(round(30 + n * 0.7, 1), round(20 + n * 0.3, 1), round(35 + n * 0.2, 1))


def plateaus(name: str, count: int, length: int | None = None) -> list[bytes]:
    """A stream of `count` values, each said `length` times: without a length, as often as the driver needs."""
    return [frame(name, n) for n in range(count) for _ in range(length or find(name).agree)]


def whole(data: bytes) -> Iterator[bytes]:
    """All at once."""
    yield data


def byte_by_byte(data: bytes) -> Iterator[bytes]:
    """One byte a time."""
    yield from (bytes([byte]) for byte in data)


def hear(
    name: str,
    frames: Iterable[bytes],
    pieces: Callable[[bytes], Iterable[bytes]] = whole,
    parser: Parser | None = None,
) -> list[Sample]:
    """What a driver's parser makes of them; a device that pauses does so after each of them."""
    parser = parser or find(name).make_parser()
    samples = []
    for data in frames:
        for piece in pieces(data):
            samples += parser.feed(piece)
        if DEVICES[name].pauses:
            samples += parser.settle()
    return samples + parser.settle()


def values(samples: Iterable[Sample]) -> list[Value]:
    """What they say, without the frame's own number."""
    return [Value(sample.surface, sample.ambient, sample.body) for sample in samples]
