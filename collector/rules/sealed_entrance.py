"""A screening at an entrance that the office has closed: the hoarding is open, or a gate stands where none should."""

from typing import Any

from collector.ledger.screenings import StoredScreening
from collector.rules.lateness import moment_ms
from collector.rules.reason import Reason
from collector.rules.rule import Finding, RuleSettings, arrival_day, is_late, place

NAME = "sealed_entrance"


class State:
    """Each screening is judged by itself."""


def judge(state: Any, stored: StoredScreening, settings: RuleSettings) -> list[Finding]:  # noqa: ARG001 - a rule's form
    """One finding for every screening at a sealed entrance; those of one gate are one incident until it is resolved."""
    if stored.gate not in settings.sealed:
        return []
    late = is_late(stored, settings)
    cause = f"late-sealed:{stored.gate}:{arrival_day(stored, settings)}" if late else f"sealed:{stored.gate}"
    return [
        Finding(
            rule=NAME,
            reason=Reason.SEALED,
            cause=cause,
            gate=stored.gate,
            screening=str(stored.screening.id),
            severity="notice" if late else "page",
            late=late,
            happened_ms=moment_ms(stored),
            facts=place(stored, settings),
        )
    ]


def memory_ms(settings: RuleSettings) -> int:  # noqa: ARG001 - a rule's form
    """Nothing is remembered."""
    return 0
