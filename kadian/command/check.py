"""`kadian check FILE…`: all mistakes of configurations at once."""

import importlib
import json
import sys
import tomllib
from pathlib import Path

import click
import msgspec

from kadian.errors import KadianError
from kadian.settings import check as check_settings

# By name, so that this side of the house imports neither of the others.
GATE = ("agent.settings", "AgentSettings")
OFFICE = ("collector.settings", "CollectorSettings")
GATES_OWN = {"gate", "thermometer", "camera", "gun", "outbox", "clock", "kiosk"}
OFFICES_OWN = {"ledger", "series", "http", "channels", "entrances", "timezone"}


def mistakes(path: Path) -> list[KadianError]:
    """All mistakes of one file, a gate's or an office's; which of the two is told by its keys."""
    try:
        raw = tomllib.loads(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return check_settings(path, msgspec.defstruct("Unreadable", []))
    mine, theirs = len(GATES_OWN & set(raw)), len(OFFICES_OWN & set(raw))
    if mine == theirs and "site" not in raw:
        return [KadianError("K0111", str(path))]
    module, name = GATE if mine > theirs else OFFICE
    return check_settings(path, getattr(importlib.import_module(module), name))


@click.command()
@click.option("--json", "as_json", is_flag=True, help="每个错误一行 JSON · one JSON object a mistake")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def check(files: tuple[Path, ...], as_json: bool) -> None:
    """检查配置文件，一次说清所有错误。All mistakes of configurations at once, each with file, line and cure."""
    count = 0
    for path in files:
        found = mistakes(path)
        count += len(found)
        for problem in found:
            click.echo(json.dumps(_as_json(problem), ensure_ascii=False) if as_json else problem.lines())
        if not found and not as_json:
            click.echo(f"{path}: 没有错误 · no mistakes")
    sys.exit(2 if count else 0)


def _as_json(problem: KadianError) -> dict[str, object]:
    file, _, line = problem.where.rpartition(":")
    numbered = line.isdigit()
    return {
        "code": problem.code,
        "file": file if numbered else problem.where,
        "line": int(line) if numbered else None,
        "what": {"zh": problem.what("zh"), "en": problem.what("en")},
        "do": {"zh": problem.do("zh"), "en": problem.do("en")},
    }
