"""`kadian thermometer`: what a thermometer says, reading by reading."""

import json
import sys
import threading
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from agent.command.learn import TAUGHT, learn
from agent.thermometer.background import SURFACE_HIGH, SURFACE_LOW
from agent.thermometer.catalogue import find
from agent.thermometer.link import Link, LinkState
from agent.thermometer.sample import Driver, Sample
from kadian.errors import KadianError
from kadian.logs import set_up
from kadian.messages import Quality, TemperatureKind

BODY_LOW = 34.0
"""°C under which a device's body estimate is no person's: a cold forehead, or nobody."""

NEVER_OPENED = {
    *("K0200", "K0201", "K0202", "K0203", "K0220", "K0221", "K0222", "K0223", "K0224", "K0230", "K0231", "K0232"),
}
"""Troubles that nobody waits out in front of a command: the wire could not be opened."""

WORDS = {"ok": "正常 ok", "cold": "偏低 cold", "hot": "偏高 hot"}
KINDS = {
    "surface": "表面 surface",
    "body_estimate": "体温估计 body",
    "contact": "接触 contact",
    "ambient": "环境 ambient",
}


def quality_of(celsius: float, kind: TemperatureKind) -> Quality:
    """Whether one value, in °C, can be a person's: `ok`, `cold` below, `hot` above."""
    if celsius < (BODY_LOW if kind == "body_estimate" else SURFACE_LOW):
        return "cold"
    return "hot" if celsius > SURFACE_HIGH else "ok"


def row(sample: Sample, kind: TemperatureKind, at: datetime) -> dict[str, object]:
    """One sample as a line of `--json`: the body value where the device gives one, else the surface; in °C."""
    if sample.body is not None and kind == "body_estimate":
        celsius = sample.body
    else:
        celsius, kind = sample.surface, "surface" if kind == "body_estimate" else kind
    return {
        "celsius": celsius,
        "ambient": sample.ambient,
        "quality": quality_of(celsius, kind),
        "at": at.isoformat(timespec="milliseconds"),
        "kind": kind,
        "surface": sample.surface,
    }


class Printer:
    """Prints samples, and ends the reading after `count` of them or at a trouble before the first."""

    def __init__(self, driver: Driver, *, as_json: bool, count: int | None, stop: threading.Event) -> None:
        self.printed = 0
        self.trouble: KadianError | None = None
        self._driver = driver
        self._as_json = as_json
        self._count = count
        self._stop = stop

    def on_sample(self, sample: Sample, _at: float) -> None:
        """Prints one line, at once."""
        if self._stop.is_set():
            return
        line = row(sample, self._driver.kind, datetime.now(UTC).astimezone())
        click.echo(json.dumps(line) if self._as_json else _human(line))
        sys.stdout.flush()
        self.printed += 1
        if self._count is not None and self.printed >= self._count:
            self._stop.set()

    def on_state(self, state: LinkState) -> None:
        """States go to the log alone."""

    def on_trouble(self, trouble: KadianError) -> None:
        """Says it; a port that cannot be opened at first ends it, a silence or an unplug is waited out."""
        self.trouble = trouble
        click.echo(trouble.lines(), err=True)
        if not self.printed and trouble.code in NEVER_OPENED:
            self._stop.set()


def _human(line: dict[str, object]) -> str:
    ambient = "—" if line["ambient"] is None else f"{line['ambient']:.2f}"
    return (
        f"{line['celsius']:.2f} °C  {KINDS[str(line['kind'])]}  {WORDS[str(line['quality'])]}  "
        f"表面 surface {line['surface']:.2f}  环境 ambient {ambient}  {line['at']}"
    )


def options_of(pairs: tuple[str, ...]) -> dict[str, Any]:
    """`key=value` each, the value as it would stand in the settings (TOML); what is not TOML is text.

    Raises:
        click.BadParameter: there is no `=`.
    """
    found: dict[str, Any] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise click.BadParameter(f"{pair!r}: key=value")
        try:
            found[key] = tomllib.loads(f"value = {value}")["value"]
        except tomllib.TOMLDecodeError:
            found[key] = value
    return found


@click.command("thermometer")
@click.option("--port", required=True, help="串口设备，如 /dev/kadian-therm。The serial port.")
@click.option("--driver", "name", help="驱动名，如 gy614v3。The driver's name.")
@click.option("--json", "as_json", is_flag=True, help="每个读数一行 JSON。One JSON line a reading.")
@click.option("--count", type=click.IntRange(min=1), help="读到这么多个就结束。End after so many readings.")
@click.option(
    "--seconds", type=click.FloatRange(min=0, min_open=True), help="这么多秒后结束。End after so many seconds."
)
@click.option("--baud", type=click.IntRange(min=1), help="波特率，默认按驱动。Speed, the driver's own if not given.")
@click.option("--option", "pairs", multiple=True, help="驱动的选项，可多次，如 preset=shtc3。The driver's, key=value.")
@click.option("--learn", "learning", is_flag=True, help="学会一种不认识的体温计。Learn an unknown thermometer.")
@click.option("--kind", type=click.Choice(TAUGHT), help="学的是什么温度。What the one to be learned measures.")
@click.option(
    "--profile",
    type=click.Path(path_type=Path),
    default=Path("thermometer.toml"),
    help="学会以后写到这个文件。Where to write what was learned.",
)
def thermometer(
    *,
    port: str,
    name: str | None,
    as_json: bool,
    count: int | None,
    seconds: float | None,
    baud: int | None,
    pairs: tuple[str, ...],
    learning: bool,
    kind: TemperatureKind | None,
    profile: Path,
) -> None:
    """打印体温计的读数。Prints the readings of a thermometer, until Ctrl-C or a limit."""
    if learning == (name is not None):
        raise click.UsageError("--driver gy614v3 / --learn")
    # Troubles are told in plain words, so the log keeps to what nobody foresaw.
    set_up("thermometer", level="error")
    if name is None:
        try:
            learn(port, baud, kind, profile)
        except KadianError as trouble:
            click.echo(trouble.lines(), err=True)
            raise SystemExit(1) from trouble
        return
    try:
        driver = find(name, options_of(pairs))
    except KadianError as unknown:
        click.echo(unknown.lines(), err=True)
        raise SystemExit(2) from unknown
    stop = threading.Event()
    printer = Printer(driver, as_json=as_json, count=count, stop=stop)
    link = Link(
        port, driver, on_sample=printer.on_sample, on_state=printer.on_state, on_trouble=printer.on_trouble, baud=baud
    )
    limit = threading.Timer(seconds, stop.set) if seconds is not None else None
    if limit is not None:
        limit.daemon = True
        limit.start()
    interrupted = False
    try:
        link.run(stop)
    except KeyboardInterrupt:
        interrupted = True
    finally:
        if limit is not None:
            limit.cancel()
    if printer.printed or (interrupted and count is None and seconds is None):
        return
    waited = f"{seconds:g}" if seconds is not None else "?"
    if printer.trouble is None:
        click.echo(_nothing_heard(link, waited).lines(), err=True)
    raise SystemExit(1)


def _nothing_heard(link: Link, waited: str) -> KadianError:
    """Not one good frame came: silence, or bytes that are no frames."""
    skipped = link.counts.skipped
    code = "K0206" if skipped else "K0205"
    return KadianError(code, link.port, seconds=waited, driver=link.driver.name, baud=link.baud, bytes=skipped)


if __name__ == "__main__":
    thermometer()
