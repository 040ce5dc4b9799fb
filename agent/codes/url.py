"""A web address. The gate never opens it: it may say anything, and the network may be gone."""

import re
from datetime import datetime

from agent.codes.judged import Judged, Trust

FORMAT = "url"
PRIORITY = 500
ADDRESS = re.compile(r"https?://[^\s/?#]+([/?#]\S*)?", re.IGNORECASE)


def claims(text: str, _trust: Trust) -> bool:
    """Whether it is one http or https address and nothing else."""
    return ADDRESS.fullmatch(text.strip()) is not None


def judge(text: str, _trust: Trust, _now: datetime) -> Judged:
    """`unverified`, whatever it promises; the same address is the same holder."""
    source = text.strip().encode("utf-8", "surrogatepass")
    return Judged(FORMAT, "unverified", "web_address", source, personal={"text": text})
