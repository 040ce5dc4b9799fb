"""The note of a finding in an incident's timeline: its reason, and the screenings that it is about."""

from collector.rules.rule import Finding


def said(finding: Finding) -> str:
    """`confirmed_by_second <id> [<id>]`: the screening that was judged, and the first where the cause lacks it."""
    return " ".join(word for word in (finding.reason.value, finding.screening, finding.first) if word)


def screenings_of(note: str | None) -> tuple[str, str]:
    """The ids of the screening that was judged, and of the first one; empty where the note names none."""
    _reason, judged, first, *_ = [*(note or "").split(), "", "", ""]
    return judged, first
