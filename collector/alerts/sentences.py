"""What is said of an incident, in the words of the catalogue. Pure."""

from typing import Literal

from collector.ledger.incidents import Incident
from kadian.text import catalogue, say

COMMA = {"zh": "、", "en": ", "}
"""Between names."""


def sentence(incident: Incident, part: Literal["text", "do"], language: str = "zh") -> str:
    """What happened (`text`; its first 20 characters carry all) or what to do about it (`do`).

    The key is `rule.<rule>.<part>`, or, where the catalogue has one that says more, with `late` and the kind of the
    temperature between: `rule.confirmed_fever.late.text`, `rule.confirmed_fever.surface.text`.
    """
    stem = f"rule.{incident.rule}"
    late = ".late" if incident.late else ""
    kind = f".{incident.facts['kind']}" if "kind" in incident.facts else ""
    wanted = (f"{stem}{late}{kind}.{part}", f"{stem}{late}.{part}", f"{stem}.{part}")
    key = next((key for key in wanted if key in catalogue(language)), wanted[-1])
    facts = incident.facts | {"count": incident.count}
    status = f"code.status.{facts.get('status')}"
    if status in catalogue(language):
        facts["status"] = say(status, language)
    return say(key, language, **facts)
