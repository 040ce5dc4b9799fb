"""Drivers by name: the name is the file's, so a new device is one new file and no list to edit."""

from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec

from agent.thermometer.sample import Driver
from kadian.errors import KadianError

FOLDER = Path(__file__).parent


def names() -> list[str]:
    """The names of the drivers that need no options, sorted: the package's files that hold a `DRIVER`."""
    return [stem for stem in _stems() if _driver(stem) is not None]


def all_names() -> list[str]:
    """The names of all drivers, sorted, those among them that are nothing without options."""
    return [stem for stem in _stems() if _driver(stem) is not None or _needs_options(stem)]


def find(name: str, options: dict[str, Any] | None = None) -> Driver:
    """The driver of this name, as its `options` (the settings' table) make it.

    Raises:
        KadianError: K0210 there is none (a similar name is offered), K0211 there is none and no similar one, K0212 it
            has no options, K0213 these are not its options.
    """
    there = name.isidentifier() and (FOLDER / f"{name}.py").is_file()
    driver = _driver(name) if there else None
    if driver is not None and not options:
        return driver
    if driver is not None or (there and _needs_options(name)):
        return _configured(name, options or {})
    known = all_names()
    near = get_close_matches(name.strip().lower().replace("-", "_"), known, n=1, cutoff=0.5)
    if near:
        raise KadianError("K0210", "thermometer.driver", name=name, near=near[0], names=", ".join(known))
    raise KadianError("K0211", "thermometer.driver", name=name, names=", ".join(known))


def _configured(name: str, options: dict[str, Any]) -> Driver:
    module = import_module(f"agent.thermometer.{name}")
    if not hasattr(module, "Options"):
        raise KadianError("K0212", "thermometer.options", name=name)
    try:
        made: Driver = module.configured(msgspec.convert(options, module.Options))
    except (msgspec.ValidationError, ValueError) as wrong:
        raise KadianError("K0213", "thermometer.options", name=name, reason=str(wrong)) from None
    return made


def _stems() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__")


def _needs_options(stem: str) -> bool:
    """Whether a file makes a driver, but not without being told more."""
    module = import_module(f"agent.thermometer.{stem}")
    return hasattr(module, "configured") and hasattr(module, "Options") and _driver(stem) is None


def _driver(stem: str) -> Driver | None:
    driver = getattr(import_module(f"agent.thermometer.{stem}"), "DRIVER", None)
    return driver if isinstance(driver, Driver) else None
