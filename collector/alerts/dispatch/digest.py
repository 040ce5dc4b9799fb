"""What nobody was told by itself is told together: when, and in which words. Pure."""

from collections.abc import Sequence
from datetime import datetime, tzinfo

from collector.alerts.message import Message
from collector.alerts.sentences import COMMA, sentence
from collector.alerts.settings import Alerts
from collector.alerts.why import Why
from collector.ledger.incidents import Incident
from kadian.text import say

SOON_MS = 5 * 60_000
"""So long what was to ring and had no room waits for others; what can wait waits as long as digests are apart."""
MOST_LINES = 12
WAITING = frozenset({Why.FOR_DIGEST, Why.BUDGET_SPENT, Why.QUIET_HOURS, Why.IN_DIGEST})


def belongs(one: Incident) -> bool:
    """Whether an incident that no message has told of is a line of the next digest.

    What waits to ring by itself is not, nor what somebody took or closed at the office's page.
    """
    if one.acknowledged_ms is not None or one.ending == "resolved":
        return False
    return one.severity != "hint" and (one.state == "resolved" or one.because in WAITING)


def due_ms(lines: Sequence[Incident], last_ms: int | None, alerts: Alerts) -> int:
    """When the digest of these goes, at least one.

    Args:
        lines: what it tells.
        last_ms: when the one before went; None: never.
        alerts: how often it may go.
    """
    every_ms = alerts.digest_minutes * 60_000
    ready_ms = min(one.opened_ms + (min(SOON_MS, every_ms) if one.severity == "page" else every_ms) for one in lines)
    return ready_ms if last_ms is None else max(ready_ms, last_ms + every_ms)


def message(id_: str, told: Sequence[Incident], now_ms: int, timezone: tzinfo) -> Message:
    """One message with a line for each rule, what was to ring before what was not; those of one rule are counted."""
    told = sorted(told, key=lambda one: (one.severity != "page", "doubted" in one.facts, one.opened_ms))
    lines = {language: _lines(told, language) for language in ("zh", "en")}
    text = {language: _text(told, lines[language], language) for language in lines}
    do = {language: "\n".join([*lines[language], say("digest.do", language)]) for language in lines}
    first = told[0]
    return Message(
        id=id_,
        incident=first.id,
        rule="digest",
        severity="notice",
        late=all(one.late for one in told),
        gate=first.gate,
        entrance=str(first.facts.get("entrance", first.gate)),
        name=str(first.facts.get("name", first.gate)),
        at=datetime.fromtimestamp(now_ms / 1000, timezone).isoformat(timespec="milliseconds"),
        text=text["zh"],
        text_en=text["en"],
        what_to_do=do["zh"],
        what_to_do_en=do["en"],
        count=len(told),
        kind="digest",
    )


def _text(told: Sequence[Incident], lines: Sequence[str], language: str) -> str:
    return say("digest.text", language, count=len(told), first=lines[0]) if len(told) > 1 else lines[0]


def _lines(told: Sequence[Incident], language: str) -> list[str]:
    by_rule: dict[str, list[Incident]] = {}
    for one in told:
        by_rule.setdefault(one.rule, []).append(one)
    lines = []
    for same in by_rule.values():
        line = sentence(same[0], "text", language)
        over = "" if any(one.state != "resolved" for one in same) else say("digest.over", language)
        lines.append(f"{line}{_more(same, language)}{over}")
    return [
        *lines[:MOST_LINES],
        *([say("digest.more", language, count=len(lines) - MOST_LINES)] if len(lines) > MOST_LINES else []),
    ]


def _more(same: Sequence[Incident], language: str) -> str:
    if len(same) == 1:
        return ""
    names = dict.fromkeys(str(one.facts.get("name", one.gate)) for one in same[1:])
    return say("digest.also", language, count=len(same) - 1, names=COMMA[language].join(names))
