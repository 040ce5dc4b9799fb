"""A PostgreSQL of these tests' own, on a free port of loopback."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from itertools import count
from pathlib import Path

import psycopg

from collector.ledger import Ledger

found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
PROGRAMS = found[-1] if found else None


class Server:
    """One cluster in a folder of its own; PostgreSQL refuses root, so that then another account runs it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.folder = Path(tempfile.mkdtemp(prefix="kadian-series-"))
        self._numbers = count(1)
        self._account: dict = {}
        if os.geteuid() == 0:
            account = pwd.getpwnam("postgres")
            self._account = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
            os.chown(self.folder, account.pw_uid, account.pw_gid)
        self._run("initdb", "-U", "office", "--no-sync", "-A", "trust", "-E", "UTF8").wait()
        self._process = self._run("postgres", "-p", str(port), "-h", "127.0.0.1", "-k", str(self.folder))
        deadline = time.monotonic() + 30
        while not self._answers():
            assert time.monotonic() < deadline, (self.folder / "log").read_text()
            time.sleep(0.05)
        self._template = "template1"
        url = self.url()
        Ledger.open(url).close()
        self._template = url.rpartition("/")[2]

    def url(self) -> str:
        """The address of a new database with an empty ledger."""
        name = f"kadian_{next(self._numbers)}"
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {self._template}")
        return self._address(name).replace("postgresql:", "postgresql+psycopg:")

    def _run(self, program: str, *arguments: str) -> subprocess.Popen:
        with (self.folder / "log").open("ab") as log:
            line = [f"{PROGRAMS}/{program}", "-D", f"{self.folder}/cluster", *arguments]
            return subprocess.Popen(line, stdout=log, stderr=log, cwd="/", **self._account)

    def _answers(self) -> bool:
        with contextlib.suppress(psycopg.Error):
            psycopg.connect(self._address("postgres")).close()
            return True
        return False

    def remove(self) -> None:
        """Ends it and takes its folder away."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(20)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _address(self, name: str) -> str:
        return f"postgresql://office@127.0.0.1:{self.port}/{name}"
