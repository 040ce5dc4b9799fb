"""What every rule is: screenings in, findings out, nothing else."""

from datetime import date, datetime, tzinfo
from typing import Any, Literal, Protocol
from zoneinfo import ZoneInfo

import msgspec

from collector.ledger.screenings import StoredScreening
from collector.rules import lateness
from collector.rules.lateness import LATE_AFTER_MS, moment_ms
from collector.rules.reason import Reason
from collector.rules.scene import Scene
from kadian.messages import SiteLimits

Severity = Literal["page", "notice", "hint"]
"""`page` rings at once, `notice` is sent as well and can wait; a `hint` is on the office's page and sent to nobody."""
Facts = dict[str, str | float | int]


class Finding(msgspec.Struct, frozen=True):
    """Something that a person has to act on.

    `cause` names what it is about, the same in every replay: findings of one cause are one incident. `screening` is
    the id of the screening that was judged. `once`: its cause is over when its incident is; without it, a cause that
    comes back after its incident was resolved opens a new one. `facts` fill the sentences; no person is in them.
    `first`: the id of the screening that it began with, where the cause does not name it.
    """

    rule: str
    reason: Reason
    cause: str
    gate: str
    screening: str
    severity: Severity
    late: bool
    happened_ms: int
    facts: Facts
    once: bool = False
    first: str = ""


class RuleSettings(msgspec.Struct, frozen=True):
    """What the rules judge by: limits in °C, times in milliseconds.

    `surface_fever_celsius` None: bare surface readings are never high. `sites` holds the limits of other sites than
    `site`. Within `walking_ms` nobody walks from one gate to another; 0: not asked. `unusual_share`: of the readings
    below the limit so many (0…0.1) are to be told of as high for here and now; 0: not asked. `sealed` holds gates.
    `names` and `entrances` give a gate's entrance its name and id. A screening that arrives more than `late_after_ms`
    after it was made is told as late: the person has gone. `queue_per_minute`: what one gate can do, screenings a
    minute; 0: no line of people is told of.
    """

    fever_celsius: float = 37.3
    surface_fever_celsius: float | None = 35.6
    site: str = "forehead"
    sites: dict[str, SiteLimits] = {}
    confirm_within_ms: int = 900_000
    walking_ms: int = 60_000
    unusual_share: float = 0.015
    sealed: frozenset[str] = frozenset()
    names: dict[str, str] = {}
    entrances: dict[str, str] = {}
    late_after_ms: int = LATE_AFTER_MS
    queue_per_minute: float = 8.0
    timezone: tzinfo = ZoneInfo("Asia/Shanghai")


class Rule(Protocol):
    """A module of this package. `NAME` is the name of its file."""

    NAME: str
    State: type[Any]

    def judge(self, state: Any, stored: StoredScreening, settings: RuleSettings) -> list[Finding]:
        """What one more screening means; `state` moves on in place. The same order gives the same findings."""

    def memory_ms(self, settings: RuleSettings) -> int:
        """Screenings received in so many milliseconds before the next one are all that its judgement depends on.

        Besides what it has learnt, if it is a `Learning` one.
        """


class Learning(Rule, Protocol):
    """A rule whose memory spans days, which no screenings of the last hour can teach it again."""

    def snapshot(self, state: Any) -> dict[str, bytes]:
        """The parts of its memory that changed since it was last asked, by short names."""

    def restore(self, parts: dict[str, bytes]) -> Any:
        """The state that the newest snapshot of each part makes.

        Raises:
            ValueError: one is damaged, or of an older shape.
        """


class Look(Protocol):
    """A module of this package that is about time: it says of each scene what is wrong now.

    What it says in one scene and no more in the next ones is over, and its incident ends by itself. The cause and
    `happened_ms` of a finding stay the same as long as it lasts; `screening` is empty.
    """

    NAME: str
    State: type[Any]

    def look(self, state: Any, scene: Scene, settings: RuleSettings) -> list[Finding]:
        """All that is wrong in this scene; `state` moves on in place. The same scenes give the same findings."""


def is_late(stored: StoredScreening, settings: RuleSettings) -> bool:
    """Whether it arrived so late that nobody can be met at the gate any more; see `lateness`."""
    return lateness.is_late(stored, settings.late_after_ms)


def local(moment: int, settings: RuleSettings) -> datetime:
    """Milliseconds since 1970 as the site's own time."""
    return datetime.fromtimestamp(moment / 1000, settings.timezone)


def local_day(stored: StoredScreening, settings: RuleSettings) -> date:
    """The site's day on which it happened."""
    return local(moment_ms(stored), settings).date()


def arrival_day(stored: StoredScreening, settings: RuleSettings) -> date:
    """The site's day on which it arrived: what was drained together is told together, over however many days it was."""
    return local(stored.received_ms, settings).date()


def place(stored: StoredScreening, settings: RuleSettings) -> Facts:
    """The facts that every sentence may name: `gate`, `entrance`, `name`, `time`, `day`, `count`."""
    moment = local(moment_ms(stored), settings)
    return {
        "gate": stored.gate,
        "entrance": settings.entrances.get(stored.gate, stored.gate),
        "name": settings.names.get(stored.gate, stored.gate),
        "time": f"{moment:%H:%M}",
        "day": f"{moment:%Y-%m-%d}",
        "count": 1,
    }
