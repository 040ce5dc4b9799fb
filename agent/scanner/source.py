"""What every source of frames is."""

from collections.abc import Callable, Iterator
from threading import Event
from typing import Literal, NamedTuple, Protocol

from agent.scanner.pictures import Image

SourceState = Literal["ok", "silent", "lost"]
"""`ok` frames arrive, `silent` it is open but gives none, `lost` it cannot be opened."""
Clock = Callable[[], float]


class Frame(NamedTuple):
    """One picture, gray or blue-green-red, and when it was taken (monotonic seconds)."""

    image: Image
    at: float


class Source(Protocol):
    """What gives frames, for ever; it mends itself and says how it is."""

    name: str
    count: int

    @property
    def state(self) -> SourceState:
        """How it is now."""

    def frames(self, stop: Event) -> Iterator[Frame]:
        """Frames until `stop` is set; waits for the next one, and ends within about a second of `stop`."""
