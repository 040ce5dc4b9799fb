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
from agent.outbox.room import Room
from agent.outbox.row import Kept, Row
from agent.outbox.store import AT_ONCE, Store
from kadian.errors import KadianError
from kadian.messages import OutboxHealth, Policy, Receipt, Refused, Screening, decode, encode

log = structlog.get_logger(__name__)
ROW_BYTES = 500
"""About what a screening takes on disk, for saying how many still fit."""
NO_CLOCK = 1_577_836_800
"""2020-01-01: a mark made before this was made by a clock that was not set."""


class Outbox:
    """Screenings on disk until a receipt covers them, and a while longer.

    Any thread may call: the gate's records while the uplink's reads and marks.

    Args:
        path: the file; its folder is made.
        max_bytes: the cap of the file. Its log and ballast (some MiB) come on top.
        keep_done_hours: how long what is done can still be sent again.
        boot_id: names this boot.
        monotonic_ns: nanoseconds of this boot.
        wall: seconds since 1970, for the age of what is done.
        room: the disk around it.

    Raises:
        KadianError: K0451 the disk refuses, K0452 another process has the file.
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
        self._cap = max_bytes // file.PAGE
        self._keep = keep_done_hours * 3600
        self._wall = wall
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise file.refusal(error, path) from error
        if self.room.ballast.exists() and (not path.exists() or path.stat().st_size == 0):
            log.error("outbox_vanished", path=str(path), what=KadianError("K0454", str(path)).what())
        self._store = Store(path, self._cap, self.room, boot_id=boot_id, monotonic_ns=monotonic_ns, wall=wall)
        self._store.do(_used)
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
        rows = self._store.do(lambda connection: connection.execute(sql.NEWEST, (count,)).fetchall())
        return [Kept(*row) for row in reversed(rows)]

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
            self._in_pieces(sql.MARK_DONE, (now, first, last, missing, AT_ONCE), waiting=-1)
            for first, last in ((1, receipt.through), *receipt.also)
        )

    def resend(self, from_seq: int) -> int:
        """Marks what was done from `from_seq` on as waiting again; says how many that were.

        Raises:
            KadianError: K0451 the disk refuses.
        """
        return self._in_pieces(sql.MARK_WAITING, (from_seq, AT_ONCE), waiting=+1)

    def oldest(self) -> int:
        """The lowest seq that is still here, done or not; one above the last when there is none."""
        found = self._store.do(lambda connection: connection.execute(sql.OLDEST).fetchone()[0])
        return int(found) if found is not None else self.last_seq + 1

    def clean(self) -> int:
        """Deletes what has been done for long enough, and puts the ballast back; for a clock that is right.

        Raises:
            KadianError: K0451 the disk refuses.
        """
        now = int(self._wall())
        # A mark of a wrong clock would delete at once or never: such a row starts its time again.
        self._in_pieces(sql.MARK_AGAIN, (now, NO_CLOCK, now + 86_400, AT_ONCE))
        deleted = self._in_pieces(sql.DELETE_OLD, (now - int(self._keep), AT_ONCE))
        self.room.take_up()
        return deleted

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
            for seq, body, monotonic_ns in rows:
                at = local(monotonic_ns + wall_less_monotonic_ns)
                right = msgspec.structs.replace(decode(Screening, body), at=at, clock="estimated")
                connection.execute(sql.CORRECT, (encode(right), seq))
            return len(rows)

        corrected = changed = self._store.change(piece)
        while changed == AT_ONCE:
            changed = self._store.change(piece)
            corrected += changed
        return corrected

    def policy(self) -> Policy | None:
        """What was last saved, or None."""
        found = self.kept("policy")
        try:
            return decode(Policy, found) if found else None
        except Refused:
            return None

    def save_policy(self, policy: Policy) -> None:
        """Keeps the policy for a start without a network; raises as `keep` does."""
        self.keep("policy", encode(policy))

    def kept(self, name: str) -> bytes | None:
        """What `keep` last kept under this name.

        Raises:
            KadianError: K0451 the disk refuses.
        """
        found = self._store.do(lambda connection: connection.execute(sql.KEPT, (name,)).fetchone())
        return found[0] if found else None

    def keep(self, name: str, value: bytes) -> None:
        """Keeps a small value beside the screenings.

        Raises:
            KadianError: K0450 no room, K0451 the disk refuses.
        """
        self._store.change(lambda connection: connection.execute(sql.KEEP, (name, value)))

    def health(self) -> OutboxHealth:
        """For the telemetry. A disk that does not answer leaves out what only it knows."""
        oldest, left = None, 0
        with contextlib.suppress(KadianError, Refused):
            first = self.pending(limit=1)
            oldest = decode(Screening, first[0].body).at if first else None
            left = max(0, self._cap - self._store.do(_used)) * file.PAGE // ROW_BYTES
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
        return self._store.do(lambda connection: [Row(*row) for row in connection.execute(statement, values)])

    def _make_room(self) -> None:
        while self._store.do(_used) >= self._cap and self._piece(sql.DELETE_DONE, (AT_ONCE,)):
            pass  # what is done stays only as a courtesy, and gives way first
        if self._store.do(_used) >= self._cap or not self.room.enough():
            raise KadianError("K0450", str(self._store.path))

    def _in_pieces(self, statement: str, values: tuple[object, ...], waiting: int = 0) -> int:
        total = 0
        while True:
            with self._store.lock:
                changed = self._piece(statement, values)
                self._store.waiting += waiting * changed
            total += changed
            if changed < AT_ONCE:
                return total

    def _piece(self, statement: str, values: tuple[object, ...]) -> int:
        def work(connection: sqlite3.Connection) -> int:
            return connection.execute(statement, values).rowcount

        try:
            return self._store.change(work)
        except KadianError:
            # A disk that others have filled: this is what the ballast is for.
            if not self.room.throw_off():
                raise
            log.warning("outbox_ballast_thrown_off", path=str(self._store.path))
            return self._store.change(work)


def _used(connection: sqlite3.Connection) -> int:
    """Pages that hold something."""
    pages: int = connection.execute("PRAGMA page_count").fetchone()[0]
    free: int = connection.execute("PRAGMA freelist_count").fetchone()[0]
    return pages - free
