"""What is plugged into this machine, for `kadian doctor`: nothing is opened and nothing is sent."""

from collections.abc import Iterator
from pathlib import Path

from agent.thermometer import find, names
from agent.wire.events import keyboards
from agent.wire.holders import holders
from agent.wire.known import Known, known
from agent.wire.usb import MACHINE, Plugged, Tree, links, plugged
from kadian.command.finding import Finding

BRAILLE = ("lib/udev/rules.d/85-brltty.rules", "usr/lib/udev/rules.d/85-brltty.rules", "bin/brltty", "usr/bin/brltty")
BRAILLE_MASK = "etc/udev/rules.d/85-brltty.rules"
"""A link to /dev/null here keeps brltty from USB."""

MODEM_MANAGER = ("usr/sbin/ModemManager", "lib/systemd/system/ModemManager.service")
OUR_RULES = "etc/udev/rules.d/99-kadian.rules"


def findings(tree: Tree = MACHINE, root: Path = Path("/")) -> Iterator[Finding]:
    """Every device of the kinds that a gate uses, and the programs that are known to take them away.

    Args:
        tree: where the kernel tells what is plugged in.
        root: of the file system, for programs and rules.
    """
    ports = plugged("tty", tree)
    for port in ports:
        yield serial(port, tree)
    if not ports:
        yield Finding("serial", "warning", "0", "doctor.no_serial")
    for stick in plugged("hidraw", tree):
        found = _known(stick)
        if found is not None and found.what in {"ambient", "unsupported"}:
            yield _finding("hid", stick, found, tree)
    cameras = plugged("video4linux", tree)
    for camera in cameras:
        yield _finding("camera", camera, _known(camera), tree)
    if not cameras:
        yield Finding("camera", "warning", "0", "doctor.no_camera")
    for one in keyboards(tree):
        yield _finding("keyboard", one, _known(one), tree)
    yield from _rivals(root)


def serial(port: Plugged, tree: Tree = MACHINE) -> Finding:
    """A serial port, and who holds it."""
    found = _finding("serial", port, _known(port), tree)
    others = holders(port.node)
    if not others:
        return found
    who = ", ".join(f"{one.name} ({one.process})" for one in others)
    more = {**found.more, "held_by": [one.process for one in others]}
    return found._replace(detail=f"{found.detail}  ← {who}", more=more)


def _finding(subject: str, one: Plugged, what: Known | None, tree: Tree) -> Finding:
    kind = {"serial": "tty", "hid": "hidraw", "camera": "video4linux", "keyboard": "input"}[subject]
    paths = links(one.node, kind, tree)  # type: ignore[arg-type]  # the four words above
    title = what.title if what else one.product
    detail = "  ".join(part for part in (one.node, one.name if one.usb else "", title, *paths[:1]) if part)
    more = {
        "device": one.node,
        "port": one.name,
        "usb": one.usb,
        "place": one.place,
        "links": paths,
        "known": {"title": what.title, "what": what.what} if what else None,
    }
    if what is not None:
        wrong = what.what == "unsupported"
        return Finding(subject, "warning" if wrong else "ok", detail, f"doctor.is_{what.what}", {}, more)
    return Finding(subject, "ok", detail, None, {}, more)


def _known(one: Plugged) -> Known | None:
    """What the id stands for: one of the drivers' own devices first, then the table."""
    for name in names() if one.usb else ():
        driver = find(name)
        if one.usb in driver.usb:
            return Known(f"{driver.title} [{name}]", "ambient" if driver.kind == "ambient" else "thermometer")
    return known(one.usb)


def _rivals(root: Path) -> Iterator[Finding]:
    """Programs that take serial ports away from others."""
    masked = (root / BRAILLE_MASK).resolve() == Path("/dev/null")
    if any((root / path).exists() for path in BRAILLE) and not masked:
        yield Finding("rival", "warning", "brltty", "doctor.brltty")
    manager = any((root / path).exists() for path in MODEM_MANAGER)
    if manager and not (root / OUR_RULES).exists():
        yield Finding("rival", "warning", "ModemManager", "doctor.modem_manager")
