"""`KADIAN__SECTION__KEY` in the environment overrides the file."""

import tomllib
from collections.abc import Mapping
from typing import Any

PREFIX = "KADIAN__"


def overrides(environment: Mapping[str, str]) -> list[tuple[str, tuple[str, ...], Any]]:
    """The variables that are settings, as (variable, path, value).

    A value that reads as TOML (a number, true, a quoted string, an array) is that; anything else is text.
    """
    found = []
    for name in sorted(environment):
        path = tuple(part.lower() for part in name.removeprefix(PREFIX).split("__"))
        if name.startswith(PREFIX) and all(path):
            found.append((name, path, _value(environment[name])))
    return found


def _value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"] if "\n" not in text else text
    except tomllib.TOMLDecodeError:
        return text
