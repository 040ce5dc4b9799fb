"""What goes wrong in the demonstration, and when: a plan made from a seed, carried out by one thread."""

import threading
from collections.abc import Callable, Sequence
from random import Random
from typing import NamedTuple

Act = Callable[[], None]


class Fault(NamedTuple):
    """Something that breaks and is mended: `name` is a key of the catalogue, `gate` whom it befalls."""

    name: str
    gate: str
    breaks: Act
    mends: Act
    seconds: float


class Faults:
    """Breaks one thing at a time, waits, mends it; says so through `tell(key, gate)`."""

    def __init__(self, faults: Sequence[Fault], tell: Callable[[str, str], None], *, seed: int, speed: float) -> None:
        self._faults = faults
        self._tell = tell
        self._chance = Random(seed)  # noqa: S311 - which cable is pulled is no secret
        self._speed = speed
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="faults", daemon=True)

    def start(self) -> None:
        """The first fault comes after about 40 s."""
        self._thread.start()

    def stop(self) -> None:
        """Mends what is broken and ends."""
        self._stop.set()
        self._thread.join(3)

    def _run(self) -> None:
        while self._faults and not self._stop.wait(self._chance.uniform(30, 50) / self._speed):
            fault = self._chance.choice(self._faults)
            fault.breaks()
            self._tell(f"{fault.name}.breaks", fault.gate)
            self._stop.wait(fault.seconds / self._speed)
            fault.mends()
            self._tell(f"{fault.name}.mends", fault.gate)
