"""Codes that people show: one file a format, found by listing the folder."""

from agent.codes.holder import holder
from agent.codes.judge import judge
from agent.codes.judged import Judged, Trust

__all__ = ["Judged", "Trust", "holder", "judge"]
