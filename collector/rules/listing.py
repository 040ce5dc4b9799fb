"""The rules that are there: every module of this package that judges."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import cast

import collector.rules
from collector.rules.rule import Rule


@cache
def rules() -> dict[str, Rule]:
    """All rules by name, in the order of their names. A new rule is a new file with a `judge`."""
    modules = (import_module(f"collector.rules.{found.name}") for found in iter_modules(collector.rules.__path__))
    return {module.__name__.rpartition(".")[2]: cast("Rule", module) for module in modules if hasattr(module, "judge")}
