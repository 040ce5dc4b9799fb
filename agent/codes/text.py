"""Any text that no other format claims: it proves nothing, but the same text is the same holder."""

from datetime import datetime

from agent.codes.judged import Judged, Trust

FORMAT = "text"
PRIORITY = 1000


def claims(_text: str, _trust: Trust) -> bool:
    """Everything."""
    return True


def judge(text: str, _trust: Trust, _now: datetime) -> Judged:
    """`unverified`, whatever it says."""
    source = text.encode("utf-8", "surrogatepass")
    return Judged(FORMAT, "unverified", "plain_text", holder_source=source or None, personal={"text": text})
