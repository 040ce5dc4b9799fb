"""`kadian scan`: reads codes from pictures with the gate's own scanner."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import numpy as np

from agent.codes.judge import judge
from agent.codes.judged import Trust
from agent.command.output import json_line
from agent.scanner.cascade import Cascade, automatic, engine
from agent.scanner.pictures import is_picture_name, load
from kadian.errors import KadianError
from kadian.text import say

EPILOG = (
    "milliseconds 是在已解码的图上找码的时间。milliseconds is the time of the search, in a picture already decoded "
    "from its file."
)


@click.command("scan", epilog=EPILOG)
@click.option("--json", "as_json", is_flag=True, help="每个文件一行 JSON。One JSON line a file.")
@click.option(
    "--engine",
    "name",
    type=click.Choice(["auto", "zxing", "zbar", "opencv"]),
    default="auto",
    show_default=True,
    help="用哪个引擎读码。Which engine reads.",
)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="IMAGE|DIR…")
def scan(*, as_json: bool, name: str, paths: tuple[Path, ...]) -> None:
    """读图片里的码；文件夹里的图片都读。Reads the codes in pictures, and in all pictures of a folder."""
    cascade = Cascade(automatic() if name == "auto" else [engine(name)])
    _warm(cascade)
    failed = False
    for path in (found for named in paths for found in pictures_of(named)):
        row = path if isinstance(path, KadianError) else look(cascade, path)
        failed = failed or isinstance(row, KadianError)
        _print(row, as_json=as_json)
    if failed:
        raise SystemExit(1)


def pictures_of(path: Path) -> Iterator[Path | KadianError]:
    """The file itself, or the pictures of a folder and those below it in name order; an error for one that is shut."""
    if not path.is_dir():
        yield path
        return
    shut: list[OSError] = []
    for folder, inner, names in os.walk(path, onerror=shut.append):
        inner.sort()
        for one in sorted(names):
            if is_picture_name(Path(one)):
                yield Path(folder, one)
    for error in shut:
        yield KadianError("K0250", str(error.filename), reason=error.strerror or str(error))


def look(cascade: Cascade, path: Path) -> dict[str, Any] | KadianError:
    """One file: its codes with their verdicts, judged without any key; or what is wrong with it."""
    try:
        image = load(path)
    except KadianError as error:
        return error
    begun = time.perf_counter()
    found = cascade.read(image)
    spent = time.perf_counter() - begun
    codes = []
    now = datetime.now(UTC).astimezone()
    for one in found:
        judged = judge(one.text, Trust(), now)
        codes.append(
            {
                "text": one.text,
                "format": judged.format,
                "status": judged.status,
                "colour": judged.colour or one.colour,
                "colour_confidence": one.colour_confidence,
                "engine": one.engine,
            }
        )
    return {"file": printable(path), "codes": codes, "milliseconds": round(spent * 1000, 3)}


def printable(path: Path | str) -> str:
    """A name as text, whatever bytes it has on the disk."""
    return os.fsencode(path).decode("utf-8", "replace")


def _warm(cascade: Cascade) -> None:
    """Loads the libraries before the first picture is timed."""
    cascade.read(np.full((720, 1280, 3), 255, dtype=np.uint8))


def _print(row: dict[str, Any] | KadianError, *, as_json: bool) -> None:
    if isinstance(row, KadianError):
        if as_json:
            error = {"code": row.code, "what": row.what(), "do": row.do()}
            json_line({"file": printable(row.where), "codes": [], "error": error})
        else:
            click.echo(row.lines().encode("utf-8", "replace").decode(), err=True)
    elif as_json:
        json_line(row)
    else:
        click.echo(f"{row['file']}  {row['milliseconds']:.1f} ms")
        if not row["codes"]:
            click.echo(f"  {say('scan.none')} · {say('scan.none', 'en')}")
        for code in row["codes"]:
            status = f"code.status.{code['status']}"
            click.echo(f"  {say(status)} {say(status, 'en')}  [{code['format']}, {code['engine']}]")
            click.echo(f"    {code['text'].encode('utf-8', 'replace').decode()}")
