"""Drivers by name: the name is the file's, so a new device is one new file and no list to edit."""

from difflib import get_close_matches
from importlib import import_module
from pathlib import Path

from agent.thermometer.sample import Driver
from kadian.errors import KadianError

FOLDER = Path(__file__).parent


def names() -> list[str]:
    """The names of all drivers, sorted: the package's files that hold a `DRIVER`."""
    stems = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__")
    return [stem for stem in stems if _driver(stem) is not None]


def find(name: str) -> Driver:
    """The driver of this name.

    Raises:
        KadianError: K0210 there is none (a similar name is offered), K0211 there is none and no similar one.
    """
    driver = _driver(name) if (FOLDER / f"{name}.py").is_file() and name.isidentifier() else None
    if driver is not None:
        return driver
    known = names()
    near = get_close_matches(name.strip().lower().replace("-", "_"), known, n=1, cutoff=0.5)
    if near:
        raise KadianError("K0210", "thermometer.driver", name=name, near=near[0], names=", ".join(known))
    raise KadianError("K0211", "thermometer.driver", name=name, names=", ".join(known))


def _driver(stem: str) -> Driver | None:
    driver = getattr(import_module(f"agent.thermometer.{stem}"), "DRIVER", None)
    return driver if isinstance(driver, Driver) else None
