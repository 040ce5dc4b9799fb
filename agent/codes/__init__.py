"""Codes that people show: one file a format, found by listing the folder."""

from agent.codes.holder import hashed, holder
from agent.codes.judge import judge
from agent.codes.judged import Judged, Member, Trust, trust_of

__all__ = ["Judged", "Member", "Trust", "hashed", "holder", "judge", "trust_of"]
