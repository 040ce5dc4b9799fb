"""`kadian doctor`: the hardware and services of this machine, and how to get what is missing."""

import ctypes.util
import importlib
import importlib.util
import json
import platform
import shutil
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from kadian import __version__
from kadian.command.finding import Finding
from kadian.errors import KadianError
from kadian.programs import find

BROKER = ("127.0.0.1", 1883)
LOW_DISK_BYTES = 1 << 30
LISTEN_SECONDS = 3.0


def findings() -> Iterator[Finding]:
    """Looks at this machine; nothing is sent to any device."""
    yield Finding("kadian", "ok", f"{__version__}, Python {platform.python_version()}, {platform.machine()}")
    yield from _plugged()
    yield from _engines()
    yield from _broker()
    yield _clock()
    yield _disk()


def _plugged() -> Iterator[Finding]:
    try:
        # By name, so that this side of the house does not import the gate's.
        devices = importlib.import_module("agent.command.plugged")
    except ModuleNotFoundError as absent:
        yield Finding("serial", "missing", absent.name or "", "doctor.agent_extra")
        return
    yield from devices.findings()


def _engines() -> Iterator[Finding]:
    for module in ("zxingcpp", "cv2"):
        there = importlib.util.find_spec(module) is not None
        yield Finding("codes", "ok" if there else "missing", module, None if there else "doctor.agent_extra")
    if ctypes.util.find_library("zbar"):
        yield Finding("codes", "ok", "libzbar")
    else:
        yield Finding("codes", "warning", "libzbar", "doctor.no_zbar")


def _broker() -> Iterator[Finding]:
    program = find("mosquitto")
    if program:
        yield Finding("broker", "ok", program)
    else:
        yield Finding("broker", "warning", "mosquitto", "doctor.no_mosquitto")
    try:
        socket.create_connection(BROKER, timeout=1).close()
        yield Finding("broker", "ok", "{}:{}".format(*BROKER))
    except OSError:
        yield Finding("broker", "warning", "{}:{}".format(*BROKER), "doctor.no_broker")


def _clock() -> Finding:
    marker = Path("/run/systemd/timesync/synchronized")
    chrony = Path("/run/chrony/chronyd.pid")
    if marker.exists():
        return Finding("clock", "ok", "systemd-timesyncd")
    if chrony.exists():
        return Finding("clock", "ok", "chrony")
    return Finding("clock", "warning", "—", "doctor.no_time_service")


def _disk() -> Finding:
    free = shutil.disk_usage(".").free
    low = free < LOW_DISK_BYTES
    return Finding("disk", "warning" if low else "ok", f"{free / 1e9:.1f} GB", "doctor.low_disk" if low else None)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="一行一个 JSON · one JSON object a line")
@click.option(
    "--listen",
    "seconds",
    type=click.FloatRange(0.2, 600),
    is_flag=False,
    flag_value=LISTEN_SECONDS,
    metavar="[SECONDS]",
    help="只听不发：串口上来的是哪种体温计；每种波特率听这么多秒（默认 3）。"
    "Listens on serial ports and never sends: which thermometer speaks there; so many seconds at each rate.",
)
@click.option("--port", help="只听这个串口，如 usb:1a86:7523。This port alone.")
def doctor(*, as_json: bool, seconds: float | None, port: str | None) -> None:
    """看看这台机器插着什么、缺什么。What is plugged into this machine, what is missing, and how to get it."""
    if port is not None and seconds is None:
        seconds = LISTEN_SECONDS
    worst = False
    for finding in findings() if seconds is None else _listening(seconds, port):
        line = json.dumps(finding.as_json(), ensure_ascii=False) if as_json else finding.lines()
        click.echo(line.encode("utf-8", "replace").decode())
        worst = worst or finding.state == "missing" or (seconds is not None and finding.state != "ok")
    sys.exit(1 if worst else 0)


def _listening(seconds: float, port: str | None) -> Iterator[Finding]:
    try:
        listening = importlib.import_module("agent.command.listening")
    except ModuleNotFoundError as absent:
        raise KadianError("K0110", "kadian doctor --listen", module=absent.name, extra="agent") from None
    yield from listening.findings(seconds, port)
