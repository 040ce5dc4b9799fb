"""What is said of an incident, in the words of the catalogue. Pure."""

from typing import Literal

from collector.ledger.incidents import Incident
from kadian.text import catalogue, say

COMMA = {"zh": "、", "en": ", "}
"""Between names."""


def sentence(incident: Incident, part: Literal["text", "do"], language: str = "zh") -> str:
    """What happened (`text`; its first 20 characters carry all) or what to do about it (`do`).

    The key is `rule.<rule>.<part>`, or, where the catalogue has one that says more, with `late`, with what the finding
    rests on (`by`) and with its `kind` between: `rule.confirmed_fever.late.text`, `rule.confirmed_fever.place.text`,
    `rule.confirmed_fever.surface.text`.
    """
    stem = f"rule.{incident.rule}"
    late = ".late" if incident.late else ""
    by, kind = (f".{incident.facts[fact]}" if fact in incident.facts else "" for fact in ("by", "kind"))
    wanted = [f"{stem}{late}{more}.{part}" for more in (f"{by}{kind}", by, kind, "")] + [f"{stem}.{part}"]
    key = next((key for key in wanted if key in catalogue(language)), wanted[-1])
    facts = incident.facts | {"count": incident.count}
    status = f"code.status.{facts.get('status')}"
    if status in catalogue(language):
        facts["status"] = say(status, language)
    doubted = say("alarm.doubted", language) if part == "text" and "doubted" in facts else ""
    return say(key, language, **facts) + doubted
