import contextlib
import json
import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import structlog

from agent.clock import local
from agent.outbox import file, sql
from agent.outbox.packed import pack, unpack
from agent.outbox.room import Room
from agent.outbox.row import Kept, Row
from agent.outbox.shelf import Shelf
from agent.outbox.store import AT_ONCE, Store
from agent.outbox.wal import PAGE
from kadian.errors import KadianError
from kadian.messages import OutboxHealth, Receipt, Refused, Screening, decode, encode

log = structlog.get_logger(__name__)
ROW_BYTES = 200
"""About what a screening takes on disk with its entry in an index, for saying how many still fit."""
RIGHT_TIME = "right_time"
NO_CLOCK = 1_577_836_800
"""2020-01-01: a mark made before this was made by a clock that was not set."""


class Outbox(Shelf):
    """Screenings on disk until a receipt covers them, and a while longer.

    Any thread may call: the gate's records while the uplink's reads and marks. A disk that cannot be opened or written
    does not stop the gate: `trouble` says so, each screening is refused aloud, and `look` finds out when it is back.

    Args:
        path: the file; its folder is made.
        max_bytes: the cap of the file. Its log and ballast (some MiB) come on top.
        keep_done_hours: how long what is done can still be sent again.
        boot_id: names this boot.
        monotonic_ns: nanoseconds of this boot.
        wall: seconds since 1970, for the age of what is done.
        room: the disk around it.

    Raises:
        KadianError: K0452 another process has the file.
    """

    def __init__(
        self,
        path: Path,
        *,
        max_bytes: int = 512 << 20,
        keep_done_hours: float = 24,
        boot_id: str = "",
        monotonic_ns: Callable[[], int] = time.monotonic_ns,
        wall: Callable[[], float] = time.time,
        room: Room | None = None,
    ) -> None:
        self.refused = 0
        self.room = room or Room(path)
        self._cap = max_bytes // PAGE
        self._keep = keep_done_hours * 3600
        self._wall = wall
        self._full: KadianError | None = None
        if file.vanished(path, self.room.ballast):
            log.error("outbox_vanished", path=str(path), what=KadianError("K0454", str(path)).what())
        super().__init__(Store(path, self._cap, self.room, boot_id=boot_id, monotonic_ns=monotonic_ns, wall=wall))
        with contextlib.suppress(KadianError):
            self._store.do(file.used)
        if (trouble := self._store.trouble) is not None:
            if trouble.code == "K0452":
                raise trouble
            log.error("outbox_cannot_be_opened", code=trouble.code, what=trouble.what(), do=trouble.do())
        self.room.take_up()

    @property
    def epoch(self) -> str:
        """Names the life of this file."""
        return self._store.epoch

    @property
    def last_seq(self) -> int:
        """The seq of the last screening recorded, 0 before the first."""
        return self._store.last_seq

    @property
    def waiting(self) -> int:
        """How many screenings no receipt covers yet."""
        return self._store.waiting

    @property
    def trouble(self) -> KadianError | None:
        """Why the next screening would be refused, as far as the last attempt showed; None when all is well."""
        return self._store.trouble or self._full

    def look(self) -> KadianError | None:
        """Tries, while there is trouble, whether the disk takes a screening again; gives what is still in the way."""
        if self.trouble is not None:
            try:
                with self._store.lock:
                    self._make_room()
                    self.keep("tried", b"1")
            except KadianError as error:
                return error
            self._store.salvage()
            log.info("outbox_takes_again", path=str(self._store.path), epoch=self.epoch, waiting=self.waiting)
        return None

    def record(self, make: Callable[[str, int], Screening], monotonic_ns: int | None = None) -> Screening:
        """Keeps one screening; returns only when it is on disk.

        Args:
            make: makes the screening for an epoch and a seq.
            monotonic_ns: when it happened, if not now.

        Raises:
            KadianError: K0450 no room, K0451 the disk refuses. Nothing was kept; the next one has the same seq.
        """

        def insert(connection: sqlite3.Connection) -> Screening:
            screening = make(self._store.epoch, self._store.last_seq + 1)
            self._store.insert(connection, screening, monotonic_ns)
            return screening

        with self._store.lock:
            try:
                self._make_room()
                screening = self._store.change(insert)
            except KadianError:
                self.refused += 1
                raise
            self._store.last_seq = screening.seq
            self._store.waiting += 1
            return screening

    def pending(self, after_seq: int = 0, limit: int = 500) -> list[Row]:
        """What no receipt covers yet, oldest first, behind `after_seq`.

        Raises:
            KadianError: K0451 the disk refuses.
        """
        return self._rows(sql.PENDING, (after_seq, limit))

    def rows(self, seqs: Sequence[int]) -> list[Row]:
        """These screenings, in their order, less those that a receipt covers.

        Raises:
            KadianError: K0451 the disk refuses.
        """
        return self._rows(sql.THESE, (json.dumps(list(seqs)),))

    def newest(self, count: int) -> list[Kept]:
        """The last so many screenings, done or not, the oldest of them first; raises as `pending` does."""
        return self._store.do(
            lambda connection: [
                Kept(unpack(stored), monotonic_ns, boot_id)
                for stored, monotonic_ns, boot_id in connection.execute(sql.NEWEST, (count,))
            ]
        )[::-1]

    def apply(self, receipt: Receipt) -> int:
        """Marks done what a receipt of this epoch covers; says how many that were.

        A receipt beyond the last seq means that this file is an older copy of one that went on elsewhere: its numbers
        are taken, so what waits is moved into a new epoch.

        Raises:
            KadianError: K0451 the disk refuses.
        """
        with self._store.lock:
            if receipt.epoch != self.epoch:
                return 0
            if receipt.highest > self.last_seq:
                self._store.start_again("K0455", f"receipt for {receipt.highest}, last seq {self.last_seq}")
                return 0
        now, missing = int(self._wall()), json.dumps(receipt.missing)
        return sum(
            self._store.in_pieces(sql.MARK_DONE, (now, first, last, missing, AT_ONCE), -1, receipt.epoch)
            for first, last in ((1, receipt.through), *receipt.also)
        )

    def resend(self, from_seq: int, through: int | None = None) -> int:
        """Marks what was done from `from_seq` on, or up to `through` alone, as waiting again; says how many that were.

        Raises:
            KadianError: K0451 the disk refuses.
        """
        last = self.last_seq if through is None else through
        return self._store.in_pieces(sql.MARK_WAITING, (from_seq, last, AT_ONCE), +1, self.epoch)

    def oldest(self) -> int:
        """The lowest seq that is still here, done or not; one above the last when there is none."""
        found = self._store.do(lambda connection: connection.execute(sql.OLDEST).fetchone()[0])
        return int(found) if found is not None else self.last_seq + 1

    def clean(self) -> int:
        """Deletes what has been done for long enough, and puts the ballast back; to be called while the clock is right.

        Raises:
            KadianError: K0451 the disk refuses.
        """
        now = int(self._wall())
        # A mark of a wrong clock would delete at once or never: such a row starts its time again.
        self._store.in_pieces(sql.MARK_AGAIN, (now, NO_CLOCK, now + 86_400, AT_ONCE))
        deleted = self._store.in_pieces(sql.DELETE_OLD, (now - int(self._keep), AT_ONCE))
        self._store.salvage()
        self.keep(RIGHT_TIME, str(now).encode())
        self.room.take_up()
        return deleted

    def known_time(self) -> float:
        """The latest moment (seconds since 1970) that a clock which was right has left here; 0 when there is none."""
        try:
            known = float(self.kept(RIGHT_TIME) or 0)
            last = self.rows([self.last_seq])
            made = decode(Screening, last[0].body) if last else None
        except (KadianError, Refused, ValueError):
            return 0
        return max(known, made.at.timestamp()) if made and made.clock != "unsynced" else known

    def correct_clock(self, wall_less_monotonic_ns: int, boot_id: str) -> int:
        """Sets the times right of what this boot recorded before its clock was; says how many waited for it.

        Args:
            wall_less_monotonic_ns: the difference of the two clocks now that the wall clock is right.
            boot_id: the boot that both belong to.

        Raises:
            KadianError: K0451 the disk refuses.
        """

        def piece(connection: sqlite3.Connection) -> int:
            rows = connection.execute(sql.ADRIFT, (boot_id, AT_ONCE)).fetchall()
            for seq, stored, monotonic_ns in rows:
                at = local(monotonic_ns + wall_less_monotonic_ns)
                right = msgspec.structs.replace(decode(Screening, unpack(stored)), at=at, clock="estimated")
                connection.execute(sql.CORRECT, (pack(encode(right)), seq))
            return len(rows)

        corrected = changed = self._store.change(piece)
        while changed == AT_ONCE:
            changed = self._store.change(piece)
            corrected += changed
        return corrected

    def health(self) -> OutboxHealth:
        """For the telemetry. A disk that does not answer leaves out what only it knows."""
        oldest, left = None, 0
        with contextlib.suppress(KadianError, Refused):
            first = self.pending(limit=1)
            oldest = decode(Screening, first[0].body).at if first else None
            left = max(0, self._cap - self._store.do(file.used)) * PAGE // ROW_BYTES
        return OutboxHealth(
            epoch=self.epoch,
            last_seq=self.last_seq,
            waiting=self.waiting,
            oldest_waiting=oldest,
            capacity_left=left,
            refused=self.refused,
        )

    def close(self) -> None:
        """Lets go of the file."""
        self._store.close()

    def _rows(self, statement: str, values: tuple[object, ...]) -> list[Row]:
        return self._store.do(
            lambda connection: [Row(seq, unpack(stored)) for seq, stored in connection.execute(statement, values)]
        )

    def _make_room(self) -> None:
        while self._store.do(file.used) >= self._cap and self._store.piece(sql.DELETE_DONE, (AT_ONCE,)):
            pass  # what is done stays only as a courtesy, and gives way first
        if self._store.do(file.used) >= self._cap or not self.room.enough():
            self._full = KadianError("K0450", str(self._store.path))
            raise self._full
        self._full = None
