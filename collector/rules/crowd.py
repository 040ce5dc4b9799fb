"""Who was measured at a gate lately, each person once, as far as that can be known. Bounded in number and in time.

A second reading says of a person that it is high again or that it is cleared, and makes no second person: it names the
first by `remeasure_of`, or shows the same holder's code after a high reading. Whoever had a normal reading and comes
again is one more.
"""

from collections import deque
from collections.abc import Iterator

import msgspec

from collector.ledger.screenings import StoredScreening
from kadian.messages import Temperature

MOST = 120
"""People remembered of one gate: twice as many as a judgement looks at, so that the older half says what is usual."""
WITHIN_MS = 40 * 60_000
"""And for so long: sixty people, where one comes in forty seconds."""


class Person(msgspec.Struct, eq=False, gc=False):
    """One person's first reading with a result, °C, and what became of it; `received` in milliseconds.

    `again`: a second reading was high as well. `contact`: one with a contact thermometer was. `doubted`: the device
    was suspect when it was measured.
    """

    device: str
    celsius: float
    ambient: float | None
    received: int
    high: bool
    keys: tuple[str, ...]
    again: bool = False
    cleared: bool = False
    contact: bool = False
    doubted: bool = False

    @property
    def ill(self) -> bool:
        """High, not cleared, and not by a device that is doubted alone."""
        return self.high and not self.cleared and (self.contact or not self.doubted)


class Crowd:
    """The people of one gate, in the order of their arrival here."""

    def __init__(self) -> None:
        self._people: deque[Person] = deque()
        self._highs: dict[str, Person] = {}  # by the ids of their screenings, and by holder

    def __len__(self) -> int:
        return len(self._people)

    def knows(self, id_: str) -> bool:
        """Whether this screening was high, or a second one, and is remembered."""
        return f"id:{id_}" in self._highs

    def forget(self, now_ms: int) -> None:
        """Let go of what was received too long before `now_ms`."""
        while self._people and self._people[0].received < now_ms - WITHIN_MS:
            self._drop()

    def come(self, stored: StoredScreening, temperature: Temperature, *, high: bool) -> Person:
        """One more reading that has a result; returns whose it is."""
        screening = stored.screening
        holder = screening.code.holder if screening.code else None
        keys: tuple[str, ...] = (f"id:{screening.id}", *([f"holder:{holder}"] if holder else []))
        named = (f"id:{screening.remeasure_of}", *keys[1:])
        known = next((self._highs[key] for key in named if key in self._highs), None)
        if known is not None:
            known.again |= high
            known.cleared = not high
            known.contact |= high and temperature.kind == "contact"
            self._name(known, keys)
            return known
        device = temperature.device or temperature.kind
        new = Person(device, temperature.celsius, temperature.ambient, stored.received_ms, high, ())
        self._people.append(new)
        if high:
            new.contact = temperature.kind == "contact"
            self._name(new, keys)
        if len(self._people) > MOST:
            self._drop()
        return new

    def of(self, device: str) -> list[Person]:
        """Those whom this device measured, the last to arrive last."""
        return [one for one in self._people if one.device == device]

    def __iter__(self) -> Iterator[Person]:
        return iter(self._people)

    def _name(self, person: Person, keys: tuple[str, ...]) -> None:
        person.keys = (*person.keys, *(key for key in keys if key not in person.keys))
        self._highs |= dict.fromkeys(keys, person)

    def _drop(self) -> None:
        gone = self._people.popleft()
        for key in gone.keys:
            if self._highs.get(key) is gone:
                del self._highs[key]
