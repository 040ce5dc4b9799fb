"""The open file of an outbox: one connection, one lock, and what is done when SQLite complains."""

import contextlib
import itertools
import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import msgspec
import structlog

from agent.outbox import aside, file, sql
from agent.outbox.packed import pack, unpack
from agent.outbox.room import Room
from agent.outbox.salvage import readable
from kadian.errors import KadianError
from kadian.messages import Refused, Screening, decode, encode

log = structlog.get_logger(__name__)
T = TypeVar("T")
AT_ONCE = 1000
"""Rows changed in one commit: keeps the log below the ballast, and the gate's thread waiting only for moments."""
UNOPENED = "unopened"
"""In place of an epoch, until the file could be opened for the first time."""


class Store:
    """Epoch, last seq and number of waiting screenings of one file, and the way to work on it.

    Args:
        path: the file.
        cap_pages: how many pages screenings may take.
        room: the disk around it.
        boot_id: names this boot.
        monotonic_ns: nanoseconds of this boot.
        wall: seconds since 1970, for the name of what is put aside.
    """

    def __init__(
        self,
        path: Path,
        cap_pages: int,
        room: Room,
        *,
        boot_id: str,
        monotonic_ns: Callable[[], int],
        wall: Callable[[], float],
    ) -> None:
        self.path = path
        self.epoch = UNOPENED
        self.last_seq = 0
        self.waiting = 0
        self.trouble: KadianError | None = None
        self.lock = threading.RLock()
        self._cap = cap_pages
        self._room = room
        self._boot_id = boot_id
        self._boot = 0
        self._monotonic_ns = monotonic_ns
        self._wall = wall
        self._connection: sqlite3.Connection | None = None

    def do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Runs `work` on the connection, alone; once more on a new file when this one proves to be damaged.

        After an error of the disk the file is opened anew next time: what SQLite and the kernel hold of it in memory
        can no longer be believed.

        Raises:
            KadianError: K0450 the disk is full, K0451 it refuses otherwise, K0452 another process has the file.
        """
        with self.lock:
            try:
                return self._do(work)
            except KadianError as error:
                self.trouble = error
                raise

    def _do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return work(self._connection or self._open())
        except (sqlite3.Error, OSError, file.Damaged) as error:
            if not isinstance(error, file.Damaged) and not file.is_damage(error):
                if file.kind_of(error) != sqlite3.SQLITE_FULL:
                    self.close()
                raise file.refusal(error, self.path) from error
            self.start_again("K0453", str(error))
        try:
            return work(self._connection or self._open())
        except (sqlite3.Error, OSError, file.Damaged) as error:
            self.close()
            raise file.refusal(error, self.path) from error

    def change(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """`do` in one transaction: committed to disk when this returns."""

        def whole(connection: sqlite3.Connection) -> T:
            with file.transaction(connection):
                return work(connection)

        done = self.do(whole)
        self.trouble = None
        return done

    def insert(
        self,
        connection: sqlite3.Connection,
        screening: Screening,
        monotonic_ns: int | None = None,
        *,
        this_boot: bool = True,
    ) -> None:
        """Adds a row, within a transaction."""
        connection.execute(
            "INSERT INTO screening (seq, body, boot, monotonic_ns, unsynced) VALUES (?, ?, ?, ?, ?)",
            (
                screening.seq,
                pack(encode(screening)),
                self._boot if this_boot else 0,
                self._monotonic_ns() if monotonic_ns is None else monotonic_ns,
                screening.clock == "unsynced",
            ),
        )

    def in_pieces(self, statement: str, values: tuple[object, ...], waiting: int = 0, epoch: str | None = None) -> int:
        """Runs a change of at most `AT_ONCE` rows until nothing is left to change; says how many that were.

        Args:
            statement: with a limit as its last value.
            values: the statement's.
            waiting: what each row changed adds to the number of those that wait.
            epoch: whose seqs the values name; in another epoch nothing is changed.
        """
        total = 0
        while True:
            with self.lock:
                changed = self.piece(statement, values, epoch)
                self.waiting += waiting * changed
            total += changed
            if changed < AT_ONCE:
                return total

    def piece(self, statement: str, values: tuple[object, ...], epoch: str | None = None) -> int:
        """One change in one transaction, with the ballast thrown off if the disk has no room for it."""

        def work(connection: sqlite3.Connection) -> int:
            # Damage found here begins a new epoch and runs this again, on screenings that were never sent.
            if epoch not in (None, self.epoch):
                return 0
            return connection.execute(statement, values).rowcount

        try:
            return self.change(work)
        except KadianError:
            # A disk that others have filled: this is what the ballast is for.
            if not self._room.throw_off():
                raise
            log.warning("outbox_ballast_thrown_off", path=str(self.path))
            return self.change(work)

    def close(self) -> None:
        """Lets go of the file."""
        with self.lock:
            if self._connection is not None:
                with contextlib.suppress(sqlite3.Error):
                    self._connection.close()
            self._connection = None

    def start_again(self, code: str, reason: str) -> None:
        """Puts the file aside and begins a new epoch, with all that can still be read of what waited.

        Cut off at any point it is gone on with at the next opening.

        Args:
            code: of the sentence that says why.
            reason: what was found.

        Raises:
            KadianError: K0451 the disk refuses.
        """
        with self.lock:
            self.close()
            moment = (datetime.fromtimestamp(0, UTC) + timedelta(seconds=self._wall())).strftime("%Y%m%dT%H%M%SZ")
            try:
                aside.put_aside(self.path, moment)
                self._open(code, reason)
            except (OSError, sqlite3.Error, file.Damaged) as error:
                raise file.refusal(error, self.path) from error

    def salvage(self, code: str = "K0453", reason: str = "taken up again") -> None:
        """Takes over what still waits in files put aside; what the disk has no room for now comes at a later call."""
        with self.lock:
            if (connection := self._connection) is None:
                return
            for old in aside.unsaved(self.path):
                try:
                    saved = self._adopt(connection, old)
                    place = str(aside.mark_saved(old))
                except (OSError, sqlite3.Error, KadianError) as error:
                    self._put_off(old, error)
                    return
                told = KadianError(code, place, reason=reason, saved=saved)
                log.error("outbox_put_aside", path=place, epoch=self.epoch, saved=saved, why=reason, what=told.what())

    def _put_off(self, old: Path, error: Exception) -> None:
        why = error if isinstance(error, KadianError) else file.refusal(error, self.path)
        log.error("outbox_salvage_unfinished", path=str(old), code=why.code, what=why.what())
        if isinstance(error, sqlite3.Error) and file.kind_of(error) != sqlite3.SQLITE_FULL:
            self.close()
            # Nobody was told that these were refused: what the disk kept of them after all is not to be taken back.
            self.epoch = UNOPENED

    def _open(self, code: str = "K0453", reason: str = "taken up again") -> sqlite3.Connection:
        try:
            connection = self._connected()
        except sqlite3.Error as error:
            if file.kind_of(error) == sqlite3.SQLITE_BUSY or file.is_damage(error) or not self._room.throw_off():
                raise
            connection = self._connected()
        self._connection = connection
        self.salvage(code, reason)
        # Closed again when the disk failed: then what waits in the files put aside has to wait on.
        self._connection = self._connection or self._connected()
        return self._connection

    def _connected(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        connection = file.connect(self.path, self._cap)
        try:
            epoch = _epoch(connection)
            if epoch == self.epoch:
                self._take_back(connection)
            self.epoch = epoch
            self.last_seq = int(connection.execute(sql.LAST_SEQ).fetchone()[0])
            self.waiting = int(connection.execute(sql.WAITING).fetchone()[0])
            connection.execute("INSERT OR IGNORE INTO boot (id) VALUES (?)", (self._boot_id,))
            self._boot = int(connection.execute("SELECT number FROM boot WHERE id = ?", (self._boot_id,)).fetchone()[0])
        except (sqlite3.Error, file.Damaged):
            connection.close()
            raise
        return connection

    def _take_back(self, connection: sqlite3.Connection) -> None:
        """Removes what a failing disk kept after all, though the gate was told that it was refused."""
        with file.transaction(connection):
            gone = connection.execute("DELETE FROM screening WHERE seq > ?", (self.last_seq,)).rowcount
            if gone:
                connection.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = 'screening'", (self.last_seq,))
                log.warning("outbox_took_back_refused", count=gone)

    def _adopt(self, connection: sqlite3.Connection, old: Path) -> int:
        """Gives the screenings of a file put aside new numbers in this one; says how many of them it has by now.

        How many there are already is kept with them, as each reading of that file gives the same.
        """
        name = f"saved {old.name}"
        kept = connection.execute(sql.KEPT, (name,)).fetchone()
        saved = int(kept[0]) if kept else 0
        found = itertools.islice(readable(old), saved, None)
        while batch := list(itertools.islice(found, AT_ONCE)):
            if file.used(connection) >= self._cap or not self._room.enough():
                raise KadianError("K0450", str(self.path))
            with file.transaction(connection):
                for number, screening in enumerate(batch, self.last_seq + 1):
                    renamed = msgspec.structs.replace(screening, epoch=self.epoch, seq=number)
                    self.insert(connection, renamed, this_boot=False)
                connection.execute(sql.KEEP, (name, saved + len(batch)))
            self.last_seq += len(batch)
            self.waiting += len(batch)
            saved += len(batch)
        return saved


def _epoch(connection: sqlite3.Connection) -> str:
    """The file's epoch, which the last screening has to name as well.

    Raises:
        Damaged: there is none, or another one.
    """
    found = connection.execute("SELECT value FROM meta WHERE key = 'epoch'").fetchone()
    last = connection.execute(sql.LAST_BODY).fetchone()
    try:
        named = decode(Screening, unpack(last[0])).epoch if last else None
    except Refused as refused:
        raise file.Damaged(f"the last screening is none: {refused}") from refused
    if found is None or named not in (None, found[0]):
        raise file.Damaged("no epoch, or another one than the last screening's")
    return str(found[0])
