"""A site in real processes for the measurements, ended whatever happens."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kadian.programs import find
from tests.system.site import Site, free_port

__all__ = ["free_port", "program", "site"]


def program(name: str, package: str | None = None) -> str:
    """Where a program is; without it nothing can be measured."""
    path = find(name)
    if path is None:
        cure = f"apt-get install {package or name}"
        raise SystemExit(f"{name} is not installed here ({cure}), so this cannot be measured")
    return path


@contextmanager
def site(channel: str | None = None, office_more: str = "") -> Iterator[Site]:
    """A site in a folder of its own; needs mosquitto."""
    mosquitto = program("mosquitto")
    with tempfile.TemporaryDirectory(prefix="kadian-bench-") as folder:
        place = Site(Path(folder), mosquitto, free_port, channel, office_more)
        try:
            yield place
        finally:
            place.stop()


def cpu_seconds(place: Site) -> float:
    """How much processor time the office has used."""
    office = place.office.process
    fields = Path(f"/proc/{office.pid if office else 'self'}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
