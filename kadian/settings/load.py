"""One file and the environment into one typed value, or all mistakes at once."""

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

import msgspec

from kadian.errors import KadianError
from kadian.settings import lines
from kadian.settings.environment import overrides
from kadian.settings.secret import Secret

T = TypeVar("T", bound=msgspec.Struct)


class ConfigRefused(KadianError):  # noqa: N818 - refused is the word of the house
    """A configuration with mistakes; `problems` has each of them, with its file and line."""

    def __init__(self, path: Path, problems: list[KadianError]) -> None:
        super().__init__("K0100", str(path), count=len(problems))
        self.problems = problems

    def lines(self) -> str:
        """Every mistake in full, then their number."""
        return "\n".join([*(problem.lines() for problem in self.problems), super().lines()])


class _Reading:
    """One file being read: its lines, and the mistakes found so far."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.places = lines.places(text)
        self.from_environment: dict[lines.Path, str] = {}
        self.problems: list[KadianError] = []

    def where(self, path: lines.Path) -> str:
        for length in range(len(path), 0, -1):
            if path[:length] in self.from_environment:
                return self.from_environment[path[:length]]
        line = lines.line_of(self.places, path)
        return f"{self.path}:{line}" if line else str(self.path)

    def wrong(self, code: str, at: lines.Path, **values: Any) -> None:
        self.problems.append(KadianError(code, self.where(at), **{"key": _named(at), **values}))

    def struct(self, kind: type[msgspec.Struct], raw: Any, at: lines.Path) -> msgspec.Struct | None:
        if not isinstance(raw, dict):
            self.wrong("K0103", at, detail=f"expected a table [{at[-1] if at else ''}]", value=_shown(raw))
            return None
        fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
        raw = self._secrets_from_files(fields, dict(raw), at)
        for name in raw:
            if name not in fields:
                near = difflib.get_close_matches(name, fields, 1)
                near = near or difflib.get_close_matches(
                    name, [word for word in fields if word.startswith(name[:3])], 1, 0.4
                )
                self.wrong(
                    "K0102" if near else "K0105",
                    (*at, name),
                    name=name,
                    near=near[0] if near else "",
                    known=", ".join(fields),
                )
        values: dict[str, Any] = {}
        whole = True
        for name, field in fields.items():
            if name not in raw:
                if field.required:
                    whole = False
                    self.wrong("K0104", at, name=name, key=_named((*at, name)))
                continue
            values[field.name] = made = self.value(field.type, raw[name], (*at, name))
            # TOML has no null, so None says that the value was refused.
            whole = whole and made is not None and not (isinstance(made, tuple) and None in made)
        if not whole:
            return None
        whole_value = kind(**values)
        for name, code, more in getattr(whole_value, "problems", lambda: ())():
            self.wrong(code, (*at, name) if name else at, **more)
        return whole_value

    def value(self, kind: Any, raw: Any, at: lines.Path) -> Any:
        inner = _without_none(kind)
        if isinstance(inner, type) and issubclass(inner, msgspec.Struct):
            return self.struct(inner, raw, at)
        if (
            get_origin(inner) is tuple
            and isinstance(get_args(inner)[0], type)
            and issubclass(get_args(inner)[0], msgspec.Struct)
        ):
            if not isinstance(raw, list):
                self.wrong("K0103", at, detail=f"expected an array of tables [[{at[-1]}]]", value=_shown(raw))
                return None
            return tuple(self.struct(get_args(inner)[0], part, (*at, number)) for number, part in enumerate(raw))
        if (
            get_origin(inner) is dict
            and isinstance(get_args(inner)[1], type)
            and issubclass(get_args(inner)[1], msgspec.Struct)
            and isinstance(raw, dict)
        ):
            return {name: self.struct(get_args(inner)[1], part, (*at, name)) for name, part in raw.items()}
        try:
            return msgspec.convert(raw, kind, dec_hook=_hook, builtin_types=())
        except (msgspec.ValidationError, TypeError) as error:
            hidden = inner is Secret
            detail = re.sub(r" - at `\$.*", "", str(error))
            self.wrong("K0103", at, detail=detail, value="•••" if hidden else _shown(raw))
            return None

    def _secrets_from_files(self, fields: Mapping[str, Any], raw: dict[str, Any], at: lines.Path) -> dict[str, Any]:
        for name, field in fields.items():
            given = raw.get(f"{name}_file")
            if given is None or _without_none(field.type) is not Secret:
                continue
            del raw[f"{name}_file"]
            if name in raw:
                self.wrong("K0106", (*at, f"{name}_file"), name=name)
                continue
            candidates = [self.path.parent / str(given), Path(str(given))]
            for candidate in candidates:
                try:
                    raw[name] = candidate.read_text("utf-8").strip()
                    break
                except (OSError, UnicodeDecodeError) as error:
                    reason = str(error)
            else:
                self.wrong("K0107", (*at, f"{name}_file"), reason=reason)
        return raw


def _hook(kind: type, raw: Any) -> Any:
    if kind is Secret and isinstance(raw, str) and raw:
        return Secret(raw)
    raise TypeError(f"Expected text that is not empty, got {type(raw).__name__}")


def _without_none(kind: Any) -> Any:
    if get_origin(kind) in (Union, UnionType):
        rest = [part for part in get_args(kind) if part is not type(None)]
        return rest[0] if len(rest) == 1 else kind
    return kind


def _named(at: lines.Path) -> str:
    return ".".join(f"[{part}]" if isinstance(part, int) else part for part in at).replace(".[", "[")


def _shown(raw: Any) -> str:
    text = repr(raw)
    return text if len(text) <= 60 else text[:57] + "…"


def _merge(raw: dict[str, Any], reading: _Reading, kind: type[msgspec.Struct], environment: Mapping[str, str]) -> None:
    known = {field.encode_name for field in msgspec.structs.fields(kind)}
    for variable, path, value in overrides(environment):
        if path[0] not in known:
            continue  # the environment may be shared with the other side
        place: Any = raw
        for part in path[:-1]:
            if isinstance(place, list):
                place = place[int(part)] if part.isdigit() and int(part) < len(place) else {}
            elif isinstance(place, dict):
                place = place.setdefault(part, {})
        if isinstance(place, dict):
            place[path[-1]] = value
        reading.from_environment[tuple(int(part) if part.isdigit() else part for part in path)] = variable


def _read(path: Path, kind: type[T], environment: Mapping[str, str]) -> tuple[T | None, list[KadianError]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        return None, [KadianError("K0108", str(path), reason=error.strerror or str(error))]
    except UnicodeDecodeError as error:
        return None, [KadianError("K0109", str(path), position=error.start)]
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"line (\d+)", str(error))
        where = f"{path}:{at[1]}" if at else f"{path}:{text.count(chr(10)) + 1}"
        return None, [KadianError("K0101", where, detail=re.sub(r" \(at .*\)", "", str(error)))]
    reading = _Reading(path, text)
    _merge(raw, reading, kind, environment)
    made = reading.struct(kind, raw, ())
    return made, reading.problems  # type: ignore[return-value]  # struct() makes the kind that it is given


def check(path: Path, kind: type[msgspec.Struct], environment: Mapping[str, str] | None = None) -> list[KadianError]:
    """All mistakes of a settings file, in the order of its lines; an empty list when there are none."""
    problems = _read(path, kind, os.environ if environment is None else environment)[1]
    return sorted(problems, key=_line)


def load(path: Path, kind: type[T], environment: Mapping[str, str] | None = None) -> T:
    """The settings of a file, with the environment's overrides.

    Args:
        path: a TOML file.
        kind: a frozen msgspec struct; a field that is a struct is a table, a tuple of structs an array of tables. A
            struct may have a method `problems()` that yields (field or "", code, values) for what types cannot say.
        environment: instead of the process's own, for tests.

    Raises:
        ConfigRefused: with every mistake.
    """
    made, problems = _read(path, kind, os.environ if environment is None else environment)
    if problems or made is None:
        raise ConfigRefused(path, sorted(problems, key=_line))
    return made


def _line(problem: KadianError) -> tuple[str, int]:
    name, _, number = problem.where.rpartition(":")
    return (name, int(number)) if number.isdigit() else (problem.where, 0)
