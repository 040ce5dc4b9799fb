"""Where in a TOML text a key stands: tomllib gives values without places."""

import re

Path = tuple[str | int, ...]

_TABLE = re.compile(r"\s*\[([^\[\]]+)\]\s*(?:#.*)?$")
_TABLE_ARRAY = re.compile(r"\s*\[\[([^\[\]]+)\]\]\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=""")


def _parts(dotted: str) -> list[str]:
    return [part.strip().strip("\"'") for part in dotted.split(".")]


def places(text: str) -> dict[Path, int]:
    """The line (from 1) of every table and key of a TOML text, by its path; an array's element by its number."""
    found: dict[Path, int] = {}
    counts: dict[tuple[str, ...], int] = {}
    table: Path = ()
    for number, line in enumerate(text.splitlines(), 1):
        if array := _TABLE_ARRAY.match(line):
            name = tuple(_parts(array[1]))
            counts[name] = counts.get(name, -1) + 1
            table = (*name, counts[name])
            found.setdefault(name, number)
            found[table] = number
        elif single := _TABLE.match(line):
            table = tuple(_parts(single[1]))
            found[table] = number
        elif key := _KEY.match(line):
            found.setdefault((*table, *_parts(key[1])), number)
    return found


def line_of(found: dict[Path, int], path: Path) -> int | None:
    """The line of a path, or of the nearest table that holds it."""
    while path:
        if path in found:
            return found[path]
        path = path[:-1]
    return None
