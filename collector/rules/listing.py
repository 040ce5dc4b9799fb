"""The rules that are there: every module of this package that judges screenings, or looks at scenes."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import cast

import collector.rules
from collector.rules.rule import Learning, Look, Rule


@cache
def rules() -> dict[str, Rule]:
    """All rules about screenings by name, in the order of their names. A new rule is a new file with a `judge`."""
    return {name: cast("Rule", module) for name, module in _modules().items() if hasattr(module, "judge")}


@cache
def learning() -> dict[str, Learning]:
    """Those of `rules` whose memory is kept: every file with a `snapshot`."""
    return {name: cast("Learning", rule) for name, rule in rules().items() if hasattr(rule, "snapshot")}


@cache
def looks() -> dict[str, Look]:
    """All rules about scenes by name, in the order of their names: every file with a `look`."""
    return {name: cast("Look", module) for name, module in _modules().items() if hasattr(module, "look")}


def _modules() -> dict[str, ModuleType]:
    names = sorted(found.name for found in iter_modules(collector.rules.__path__))
    return {name: import_module(f"collector.rules.{name}") for name in names}
