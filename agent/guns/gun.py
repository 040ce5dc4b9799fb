"""The gate's side of a code gun: keeps its wire, hands on its texts."""

import threading
import time
from collections.abc import Callable
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path

from agent import settings
from agent.guns.family import Family
from agent.wire import Line
from agent.wire.kept import Kept, State
from kadian.errors import KadianError
from kadian.messages import GunHealth

FOLDER = Path(__file__).parent


class Guns:
    """The code gun of one gate. A text is known here alone, and never logged.

    Args:
        fitted: which one, on which port.
        on_text: called with each text and the monotonic seconds at which its last byte was read.
        monotonic: the clock, in seconds.
        on_trouble: called once when a trouble begins, with what a person is to be told.
        family: instead of the one that the settings name, for tests.

    Raises:
        KadianError: K0234 there is no such driver.
    """

    def __init__(
        self,
        fitted: settings.Gun,
        on_text: Callable[[str, float], None],
        monotonic: Callable[[], float] = time.monotonic,
        on_trouble: Callable[[KadianError], None] | None = None,
        family: Family | None = None,
    ) -> None:
        self.driver = family or find(fitted.driver)
        self._on_text = on_text
        self._monotonic = monotonic
        self._reader = self.driver.make_reader()
        self._kept = Kept("gun", fitted.port, lambda: self.driver.open(fitted.port, fitted.baud), on_trouble=on_trouble)

    @property
    def state(self) -> State:
        """`ok` or `lost`; a gun that is not used says nothing, so there is no `silent`."""
        return self._kept.state

    @property
    def trouble(self) -> KadianError | None:
        """What is wrong now, if anything."""
        return self._kept.trouble

    def health(self) -> GunHealth:
        """For the telemetry."""
        counts = self._reader.counts
        return GunHealth(state=self.state, driver=self.driver.name, codes=counts.good, bad_codes=counts.bad)

    def run(self, stop: threading.Event) -> None:
        """Reads until stopped; what `on_text` raises ends it."""
        self._kept.run(lambda line: self._listen(line, stop), lambda: self._reader.counts.good, stop)

    def _listen(self, line: Line, stop: threading.Event) -> KadianError:
        self._reader.reset()
        self._kept.well()
        while not stop.is_set():
            chunk = line.read()
            found = self._reader.feed(chunk) if chunk else self._reader.settle()
            for scanned in found:
                self._on_text(scanned.text, self._monotonic())
        return KadianError("K0204", "", reason="stopped")


def names() -> list[str]:
    """The kinds of guns: the package's files that hold a `FAMILY`."""
    stems = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__")
    return [stem for stem in stems if _family(stem) is not None]


def find(name: str) -> Family:
    """The kind of gun of this name.

    Raises:
        KadianError: K0234 there is none.
    """
    family = _family(name) if (FOLDER / f"{name}.py").is_file() and name.isidentifier() else None
    if family is None:
        near = get_close_matches(name, names(), 1, 0.3)
        raise KadianError("K0234", "gun.driver", name=name, names=", ".join(near or names()))
    return family


def _family(stem: str) -> Family | None:
    family = getattr(import_module(f"agent.guns.{stem}"), "FAMILY", None)
    return family if isinstance(family, Family) else None
