"""Who has a device open. Found in /proc, because opening a port to find out would already disturb it."""

import os
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

PROC = Path("/proc")
LOCKS = (Path("/var/lock"), Path("/run/lock"))
"""Where terminal programs leave `LCK..ttyUSB0` with their process number (the UUCP convention of the FHS)."""


class Holder(Struct, frozen=True):
    """A process that has a device; `name` is what it is called, `?` when it is another user's."""

    process: int
    name: str


def holders(node: str) -> list[Holder]:
    """The other processes that hold a device: by a lock on it, a lock file, or an open file that this user may see."""
    real = Path(node).resolve()
    found = _locking(real) | _lock_files(real) | _opening(real)
    return [Holder(process, _name(process)) for process in sorted(found)]


def _locking(real: Path) -> set[int]:
    try:
        state = real.stat()
        locks = (PROC / "locks").read_text("ascii", "replace")
    except OSError:
        return set()
    place = f"{os.major(state.st_dev):02x}:{os.minor(state.st_dev):02x}:{state.st_ino}"
    rows = [line.replace("->", "").split() for line in locks.splitlines()]
    return {int(row[4]) for row in rows if len(row) > 5 and row[5] == place and row[4].isdigit()}


def _lock_files(real: Path) -> set[int]:
    found = set()
    for folder in LOCKS:
        with suppress(OSError, ValueError):
            process = int((folder / f"LCK..{real.name}").read_text("ascii", "replace").split()[0])
            found |= {process} if (PROC / str(process)).exists() else set()
    return found


def _opening(real: Path) -> set[int]:
    found = set()
    for process in PROC.glob("[0-9]*"):
        with suppress(OSError):
            files = {_link(file) for file in (process / "fd").iterdir()}
            # Whoever also has the master is the other end of a pseudo-terminal, not another reader.
            if str(real) in files and "/dev/ptmx" not in files and "/dev/pts/ptmx" not in files:
                found.add(int(process.name))
    return found - {os.getpid()}


def _link(file: Path) -> str:
    with suppress(OSError):
        return str(file.readlink())
    return ""


def _name(process: int) -> str:
    with suppress(OSError):
        return (PROC / str(process) / "comm").read_text("utf-8", "replace").strip()
    return "?"
