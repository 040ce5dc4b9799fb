"""A refused code that insists: shown again within ten minutes of the first refusal. Once may be a mistake."""

from collections import deque

from collector.ledger.screenings import StoredScreening
from collector.rules.lateness import distance_ms, moment_ms
from collector.rules.reason import Reason
from collector.rules.rule import Finding, RuleSettings, arrival_day, is_late, place

NAME = "refused_code"
STATUSES = frozenset({"expired", "revoked", "forged", "altered"})
WITHIN_MS = 600_000
SPAN_MS = 6 * WITHIN_MS
"""So long a cause lasts; who still insists an hour later rings once more."""


class Refusal:
    """One refusal; `cause` once it is part of a finding, `start` the moment (ms) of the first of its cause."""

    __slots__ = ("cause", "id", "key", "moment", "received", "start")

    def __init__(self, id_: str, key: str, moment: int, received: int) -> None:
        self.id = id_
        self.key = key
        self.moment = moment
        self.received = received
        self.cause: str | None = None
        self.start = moment


class State:
    """The refusals of the last while, by holder, or by gate where the code names no holder."""

    def __init__(self) -> None:
        self.order: deque[Refusal] = deque()
        self.of: dict[str, dict[str, Refusal]] = {}


def memory_ms(settings: RuleSettings) -> int:
    """As long as a cause can last, and one refusal more, which may be late by as much as is not called late."""
    return SPAN_MS + WITHIN_MS + settings.late_after_ms


def judge(state: State, stored: StoredScreening, settings: RuleSettings) -> list[Finding]:
    """The second refusal and each that follows, all with one cause; see `explain`."""
    return explain(state, stored, settings)[1]


def explain(state: State, stored: StoredScreening, settings: RuleSettings) -> tuple[Reason, list[Finding]]:
    """Why a phone is to ring for this screening or not, and the findings.

    The cause is `refused:<id>`, the earliest refusal when the second was seen; late ones are told together.
    """
    _forget(state, stored.received_ms - memory_ms(settings))
    code = stored.screening.code
    if stored.screening.verdict != "stop" or code is None or code.status not in STATUSES:
        return Reason.NOT_CONCERNED, []
    key = f"holder:{code.holder}" if code.holder else f"gate:{stored.gate}"
    known = state.of.setdefault(key, {})
    refusal = Refusal(str(stored.screening.id), key, distance_ms(stored), stored.received_ms)
    if refusal.id in known:
        return Reason.SEEN_BEFORE, []
    linked = [
        other
        for other in known.values()
        if abs(other.moment - refusal.moment) <= WITHIN_MS and abs(other.start - refusal.moment) <= SPAN_MS
    ]
    known[refusal.id] = refusal
    state.order.append(refusal)
    if not linked:
        return Reason.FIRST_REFUSAL, []
    told = [other for other in linked if other.cause]
    first = min(told or [*linked, refusal], key=lambda one: (one.start, one.id))
    cause, start = first.cause or f"refused:{first.id}", first.start
    for one in (*linked, refusal):
        if one.cause is None:
            one.cause, one.start = cause, start
    return Reason.INSISTS, [_finding(cause, code.status, stored, settings)]


def _forget(state: State, before_ms: int) -> None:
    while state.order and state.order[0].received < before_ms:
        gone = state.order.popleft()
        del state.of[gone.key][gone.id]
        if not state.of[gone.key]:
            del state.of[gone.key]


def _finding(cause: str, status: str, stored: StoredScreening, settings: RuleSettings) -> Finding:
    late = is_late(stored, settings)
    return Finding(
        rule=NAME,
        reason=Reason.INSISTS,
        cause=f"late-refused:{stored.gate}:{arrival_day(stored, settings)}" if late else cause,
        gate=stored.gate,
        screening=str(stored.screening.id),
        severity="notice" if late else "page",
        late=late,
        happened_ms=moment_ms(stored),
        facts=place(stored, settings) | {"status": status},
        once=not late,
    )
