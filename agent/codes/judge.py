"""Which format a code is of, and what that format says."""

from datetime import datetime
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import cast

import agent.codes
from agent.codes.judged import Format, Judged, Trust


@cache
def formats() -> tuple[Format, ...]:
    """Every file of this folder that names a `FORMAT`, the smallest `PRIORITY` first."""
    names = sorted(found.name for found in iter_modules(agent.codes.__path__))
    modules = [import_module(f"agent.codes.{name}") for name in names]
    found = [cast("Format", module) for module in modules if hasattr(module, "FORMAT")]
    return tuple(sorted(found, key=lambda one: one.PRIORITY))


def judge(text: str, trust: Trust, now: datetime) -> Judged:
    """The verdict on a code's text by the first format that claims it; `now` has an offset."""
    return next(one for one in formats() if one.claims(text, trust)).judge(text, trust, now)
