"""What becomes of incidents whose causes come and go: opened, kept, ended, opened again. Pure: no clock, no ledger."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from collector.ledger.incidents import Incident
from collector.rules.rule import Finding

Key = tuple[str, str]
"""Rule and cause."""
CALM_MS = 30_000
"""So long a cause is not found before its incident is over: one scene without it ends nothing."""
MOST_CALM_MS = 300_000
SAME_MS = 600_000
"""What comes again so soon after its end is the same incident."""


class Open(msgspec.Struct, frozen=True):
    """A new incident."""

    finding: Finding


class Reopen(msgspec.Struct, frozen=True):
    """One that was over goes on: it flaps."""

    incident: Incident
    finding: Finding


class End(msgspec.Struct, frozen=True):
    """Its cause is gone."""

    incident: Incident


Step = Open | Reopen | End


class Lasting:
    """Remembers for how long causes have not been found; all else is asked of the ledger each time.

    After a restart it begins anew: what is open and not found is over a calm time later. Times are milliseconds of a
    monotonic clock, except `wall_ms`, which is asked where nothing is remembered.
    """

    def __init__(self) -> None:
        self._absent: dict[Key, int] = {}
        self._ended: dict[str, int] = {}
        self._settled: set[Key] = set()
        self._live: set[Key] = set()

    def unknown(self, found: Iterable[Key], live: Iterable[Incident]) -> list[Key]:
        """Causes that are found and have no open incident: their newest one must be known to decide.

        Not of what somebody closed while it lasts: hundreds of those must not hide what is new.
        """
        known = {_key(one) for one in live} | self._settled
        return [key for key in found if key not in known]

    def decide(
        self,
        found: Mapping[Key, Finding],
        live: Sequence[Incident],
        newest: Mapping[Key, Incident],
        now_ms: int,
        wall_ms: int,
    ) -> list[Step]:
        """What is to be done.

        Args:
            found: all that the rules find now.
            live: all incidents of these rules that are not over.
            newest: of causes without one, the newest that is over.
            now_ms: monotonic.
            wall_ms: milliseconds since 1970, as incidents are dated.
        """
        steps: list[Step] = []
        open_now = {_key(one) for one in live}
        self._note_absence(found, open_now | self._settled, now_ms)
        # Somebody said that it is dealt with while it lasts: it is not told again until it has been away.
        self._settled |= {
            key for key in self._live - open_now if key in newest and newest[key].ending == "resolved" and key in found
        }
        self._settled = {key for key in self._settled if not self._is_away(key, 0, now_ms)}
        for key, finding in found.items():
            if key in open_now or key in self._settled:
                continue
            before = newest.get(key)
            again = before is not None and before.ending == "over" and self._is_recent(before, now_ms, wall_ms)
            steps.append(Reopen(before, finding) if before is not None and again else Open(finding))
        for one in live:
            if _key(one) not in found and self._is_away(_key(one), one.flaps, now_ms):
                steps.append(End(one))
                self._ended[one.id] = now_ms
        self._live = open_now | {(step.finding.rule, step.finding.cause) for step in steps if not isinstance(step, End)}
        self._ended = {id_: at_ms for id_, at_ms in self._ended.items() if now_ms - at_ms < SAME_MS}
        return steps

    def _note_absence(self, found: Mapping[Key, Finding], watched: set[Key], now_ms: int) -> None:
        self._absent = {key: self._absent.get(key, now_ms) for key in watched if key not in found}

    def _is_away(self, key: Key, flaps: int, now_ms: int) -> bool:
        """Whether it has not been found for its calm time, which doubles with each time that it came again."""
        calm_ms = min(CALM_MS * 2 ** min(flaps, 8), MOST_CALM_MS)
        return key in self._absent and now_ms - self._absent[key] >= calm_ms

    def _is_recent(self, before: Incident, now_ms: int, wall_ms: int) -> bool:
        if before.id in self._ended:
            return now_ms - self._ended[before.id] < SAME_MS
        return 0 <= wall_ms - (before.resolved_ms or 0) < SAME_MS


def _key(incident: Incident) -> Key:
    return incident.rule, incident.cause
