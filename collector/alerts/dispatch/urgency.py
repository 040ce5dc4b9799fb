"""What each kind of incident may do to a phone. Pure tables, and the questions that are asked of them."""

from collections.abc import Collection, Iterable

from collector.alerts.why import Why
from collector.ledger.incidents import Incident

FEVER = "confirmed_fever"
CANNOT_WAIT = frozenset({FEVER, "sealed_entrance"})
"""What rings in quiet hours too."""
GATHER_MS = {"gate_silent": 30_000, "device_gone": 15_000}
"""So long these wait for others of their kind: gates speak each half minute, so nine fall silent over as long."""
SHORTLY_MS = 2_000
"""So long the other pages wait."""
LATE_MS = 60_000
"""So long a late fever waits: a gate that is back brings its hours within a minute."""
SUSPECT_MS = 600_000
"""So long a fever of a gate whose thermometer is suspect waits for others there: one line in ten minutes."""
MUTED_BY = {
    "gate_silent": ("office_offline",),
    "unattended": ("office_offline", "gate_silent"),
    "queue_long": ("office_offline",),
    "device_gone": ("office_offline", "gate_silent"),
    "device_health": ("cluster",),
}
"""What explains it: an office that hears nobody, or at the same gate what is worse."""
EXPLAINING = frozenset(rule for rules in MUTED_BY.values() for rule in rules)
"""The rules whose incidents change what becomes of others; `cluster` makes fevers doubted, too."""
EVERYWHERE = frozenset({"office_offline"})
"""These explain incidents at any gate."""


def always_rings(one: Incident) -> bool:
    """Whether nothing holds it up: a confirmed fever while the person can still be met."""
    return one.rule == FEVER and not one.late


def waits_for_digest(one: Incident) -> bool:
    """Whether it is no more than a line of the digest. Late fevers are told by themselves, late or not."""
    return one.severity == "notice" and not (one.late and one.rule == FEVER)


def gather_ms(one: Incident) -> int:
    """How long it waits for others of its kind before it rings."""
    if always_rings(one):
        return 0
    return LATE_MS if one.late else GATHER_MS.get(one.rule, SHORTLY_MS)


def group_of(one: Incident, *, suspect: bool) -> tuple[str, ...]:
    """What may be one message: all with the same."""
    if always_rings(one):
        return (one.rule, "suspect", one.gate) if suspect else (one.rule, one.id)
    if one.late or one.rule in GATHER_MS:
        return (one.rule, "late" if one.late else "")
    return (one.rule, "", one.gate)


def explained_by(one: Incident, live: Iterable[Incident]) -> Incident | None:
    """The incident that makes this one nothing new; a confirmed fever has none."""
    causes = MUTED_BY.get(one.rule, ())
    for other in live:
        same_place = other.rule in EVERYWHERE or other.gate == one.gate
        if other.rule in causes and other.state != "resolved" and same_place:
            return other
    return None


def suspect_gates(live: Iterable[Incident]) -> dict[str, int]:
    """Gates whose thermometer is believed less than the people before it, and since when (ms)."""
    return {one.gate: one.opened_ms for one in live if one.rule == "cluster" and one.facts.get("kind") == "device"}


def is_doubted(one: Incident, suspect: Collection[str]) -> bool:
    """Whether it is a fever that such a thermometer showed; also when that thermometer was changed meanwhile."""
    return always_rings(one) and (one.gate in suspect or one.because == Why.SUSPECT_DEVICE)
