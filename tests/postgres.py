"""A PostgreSQL of the tests' own: Debian's server on a free port of loopback, with fsync as it is shipped."""

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
from typing import Any

import psycopg

PROGRAMS = "/usr/lib/postgresql"


def programs() -> Path | None:
    """Where the newest PostgreSQL's programs are; Debian keeps them out of PATH."""
    found = sorted(Path(PROGRAMS).glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    here = shutil.which("postgres")
    return Path(here).parent if here else None


class Server:
    """One cluster, made in a folder of its own. PostgreSQL refuses root, so that then the account is another one."""

    def __init__(self, bin_: Path, port: int) -> None:
        self.port = port
        self._bin = bin_
        self._numbers = count(1)
        self._account = _account()
        self.folder = Path(tempfile.mkdtemp(prefix="kadian-postgres-"))
        if self._account:
            os.chown(self.folder, self._account.pw_uid, self._account.pw_gid)
        secret = self.folder / "password"
        secret.write_text("geheim")
        secret.chmod(0o644)
        self._run(
            f"{bin_}/initdb", "-D", f"{self.folder}/cluster", "-U", "office", "--no-sync", "-E", "UTF8", "--locale=C",
            "-A", "scram-sha-256", f"--pwfile={secret}",
        )  # fmt: skip
        self._process: subprocess.Popen[bytes]
        self.start()

    def url(self, database: str = "postgres", **options: str) -> str:
        """The address of a database for a ledger."""
        more = "&".join(f"{key}={value}" for key, value in options.items())
        return f"postgresql://office:geheim@127.0.0.1:{self.port}/{database}{'?' + more if more else ''}"

    def database(self, template: str = "template1") -> str:
        """Makes a new database; its name."""
        name = f"kadian_{next(self._numbers)}"
        self.ask(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def ask(self, statement: str, database: str = "postgres") -> list[Any]:
        """One statement, committed; its rows."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            done = connection.execute(statement)
            return done.fetchall() if done.description else []

    def start(self, *options: str) -> None:
        """Starts it and waits until it answers; after a kill that includes the end of its children, and recovery."""
        deadline = time.monotonic() + 60
        while not self._begun(*options):
            assert time.monotonic() < deadline, (self.folder / "log").read_text()[-2000:]
            time.sleep(0.1)

    def _begun(self, *options: str) -> bool:
        log = (self.folder / "log").open("ab")
        self._process = subprocess.Popen(
            [
                f"{self._bin}/postgres", "-D", f"{self.folder}/cluster", "-p", str(self.port), "-h", "127.0.0.1",
                "-k", str(self.folder), "-c", "max_connections=120", "-c", "shared_buffers=32MB", *options,
            ],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, cwd="/", **self._as_account(),
        )  # fmt: skip
        log.close()
        while self._process.poll() is None:
            with contextlib.suppress(psycopg.Error):
                self.ask("SELECT 1")
                return True
            time.sleep(0.05)
        return False

    def kill(self) -> None:
        """kill -9 of the server; its children end by themselves, as after a crash."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        """Ends it."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def remove(self) -> None:
        """Ends it and takes its folder away."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, *arguments: str) -> None:
        done = subprocess.run(arguments, capture_output=True, text=True, check=False, cwd="/", **self._as_account())
        assert done.returncode == 0, done.stdout + done.stderr

    def _as_account(self) -> dict[str, Any]:
        if not self._account:
            return {}
        return {"user": self._account.pw_uid, "group": self._account.pw_gid, "extra_groups": []}


def _account() -> pwd.struct_passwd | None:
    if os.geteuid():
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    return None
