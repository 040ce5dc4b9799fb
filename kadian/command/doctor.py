"""`kadian doctor`: the hardware and services of this machine, and how to get what is missing."""

import ctypes.util
import importlib.util
import json
import platform
import shutil
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

import click

from kadian import __version__
from kadian.programs import find
from kadian.text import say

BROKER = ("127.0.0.1", 1883)
LOW_DISK_BYTES = 1 << 30


class Finding(NamedTuple):
    """One line: what was looked at, how it is, and the catalogue's key of what it means."""

    subject: str
    state: Literal["ok", "missing", "warning"]
    detail: str
    advice: str | None = None


def findings() -> Iterator[Finding]:
    """Looks at this machine; nothing is sent to any device."""
    yield Finding("kadian", "ok", f"{__version__}, Python {platform.python_version()}, {platform.machine()}")
    yield from _serial_ports()
    yield from _cameras()
    yield from _engines()
    yield from _broker()
    yield _clock()
    yield _disk()


def _serial_ports() -> Iterator[Finding]:
    if importlib.util.find_spec("serial") is None:
        yield Finding("serial", "missing", "pyserial", "doctor.agent_extra")
        return
    from serial.tools import list_ports

    ports = sorted(list_ports.comports(include_links=True))
    for port in ports:
        usb = f"{port.vid:04x}:{port.pid:04x}" if port.vid is not None else "—"
        yield Finding("serial", "ok", f"{port.device} {usb} {port.description}")
    if not ports:
        yield Finding("serial", "warning", "0", "doctor.no_serial")


def _cameras() -> Iterator[Finding]:
    devices = sorted(str(path) for path in Path("/dev").glob("video*"))
    if devices:
        yield Finding("camera", "ok", " ".join(devices))
    else:
        yield Finding("camera", "warning", "0", "doctor.no_camera")


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


MARKS = {"ok": "✓", "missing": "✗", "warning": "!"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="JSON")
def doctor(as_json: bool) -> None:
    """看看这台机器有什么、缺什么。What this machine has, and how to get what is missing."""
    found = list(findings())
    for finding in found:
        advice = {language: say(finding.advice, language) for language in ("zh", "en")} if finding.advice else None
        if as_json:
            click.echo(json.dumps({**finding._asdict(), "advice": advice}, ensure_ascii=False))
            continue
        subject = say(f"doctor.{finding.subject}", "zh")
        click.echo(f"{MARKS[finding.state]} {subject:<6} {finding.detail}")
        if advice:
            click.echo(f"    {advice['zh']}\n    {advice['en']}")
    sys.exit(1 if any(finding.state == "missing" for finding in found) else 0)
