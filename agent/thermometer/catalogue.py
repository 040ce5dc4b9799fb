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
    """The names of all drivers, sorted: the package's files that hold a `DRIVER`."""
    stems = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__")
    return [stem for stem in stems if _driver(stem) is not None]


def find(name: str, options: dict[str, Any] | None = None) -> Driver:
    """The driver of this name, as its `options` (the settings' table) make it.

    Raises:
        KadianError: K0210 there is none (a similar name is offered), K0211 there is none and no similar one, K0212 it
            has no options, K0213 these are not its options.
    """
    driver = _driver(name) if (FOLDER / f"{name}.py").is_file() and name.isidentifier() else None
    if driver is not None:
        return _configured(driver, options) if options else driver
    known = names()
    near = get_close_matches(name.strip().lower().replace("-", "_"), known, n=1, cutoff=0.5)
    if near:
        raise KadianError("K0210", "thermometer.driver", name=name, near=near[0], names=", ".join(known))
    raise KadianError("K0211", "thermometer.driver", name=name, names=", ".join(known))


def _configured(driver: Driver, options: dict[str, Any]) -> Driver:
    module = import_module(f"agent.thermometer.{driver.name}")
    if not hasattr(module, "Options"):
        raise KadianError("K0212", "thermometer.options", name=driver.name)
    try:
        made: Driver = module.configured(msgspec.convert(options, module.Options))
    except (msgspec.ValidationError, ValueError) as wrong:
        raise KadianError("K0213", "thermometer.options", name=driver.name, reason=str(wrong)) from None
    return made


def _driver(stem: str) -> Driver | None:
    driver = getattr(import_module(f"agent.thermometer.{stem}"), "DRIVER", None)
    return driver if isinstance(driver, Driver) else None
