"""The office's disk full, failing or read-only, while its gates go on."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.system.site import Site

MEGABYTES = 96
"""Of the office's disk; kadian asks for 64 MB free."""
FILES = ("kadian.db", "kadian.db-wal", "kadian.db-shm", "kadian.db-journal")


class NoDisk(Exception):  # noqa: N818 - a fact about this machine
    """This machine lets nobody have a small disk or a tracer of his own."""


class Disk:
    """A disk of memory under the office's folder, which only the office sees: a mount namespace of its own.

    Args:
        place: of the office, which is not started yet.
        megabytes: of the disk.

    Raises:
        NoDisk: neither root nor a user's own namespaces may mount.
    """

    def __init__(self, place: Site, megabytes: int = MEGABYTES) -> None:
        folder = place.folder / "office"
        folder.mkdir(exist_ok=True)
        own, into = ([], []) if os.geteuid() == 0 else (["-U", "-r"], ["-U", "--preserve-credentials"])
        mount = f'mount -t tmpfs -o size={megabytes}m tmpfs "$1" && echo ready && exec sleep infinity'
        self._keeper = subprocess.Popen(
            ["unshare", *own, "-m", "sh", "-c", mount, "sh", str(folder)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        if self._keeper.stdout is None or self._keeper.stdout.readline() != b"ready\n":
            self._keeper.wait()
            raise NoDisk("nobody may mount a small disk here: root or a mount namespace of one's own is needed")
        self._ballast = Path(f"/proc/{self._keeper.pid}/root{folder}/ballast")
        enter = ["nsenter", "-t", str(self._keeper.pid), *into, "-m", f"--wdns={Path.cwd()}"]
        place.office.arguments = [*enter, *place.office.arguments]

    def fill(self) -> None:
        """Until not a byte is left."""
        with self._ballast.open("ab", buffering=0) as file, contextlib.suppress(OSError):
            while file.write(b"\0" * 65536):
                pass

    def free(self) -> None:
        self._ballast.unlink(missing_ok=True)

    def close(self) -> None:
        self._keeper.kill()
        self._keeper.wait()


@contextmanager
def failing(place: Site, error: str) -> Iterator[None]:
    """Every write and sync of the ledger's files answers so (EIO, EROFS), as strace injects it.

    Raises:
        NoDisk: there is no strace, or it may not look at another process.
    """
    office = place.office.process
    if office is None or shutil.which("strace") is None:
        raise NoDisk("strace is needed to let writes fail")
    paths = [part for name in FILES for part in ("-P", str(place.folder / "office" / name))]
    calls = "pwrite64,write,fdatasync,fsync,ftruncate"
    inject = ["-e", f"trace={calls}", "-e", f"inject={calls}:error={error}"]
    tracer = subprocess.Popen(
        ["strace", "-f", "-p", str(office.pid), *paths, *inject, "-o", str(place.folder / "strace.log")],
        stderr=subprocess.PIPE,
    )
    if tracer.stderr is None or b"attached" not in (said := tracer.stderr.readline()):
        tracer.wait()
        raise NoDisk(f"strace may not look at another process here: {said.decode(errors='replace')}")
    try:
        yield
    finally:
        tracer.send_signal(signal.SIGINT)
        tracer.wait()


def noticed(place: Site, seconds: float = 40) -> tuple[float, str]:
    """Seconds from now until /healthz says that the office cannot store, and what it says."""
    began = time.monotonic()
    place.until(lambda: place.health()[0] == 503, seconds, "503 of /healthz")
    return time.monotonic() - began, place.health()[1]


def well_again(place: Site, seconds: float = 40) -> float:
    """Seconds from now until /healthz says 200."""
    began = time.monotonic()
    place.until(lambda: place.health()[0] == 200, seconds, "200 of /healthz")
    return time.monotonic() - began
