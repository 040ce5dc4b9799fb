"""The gate's key of the day, on disk and in memory. Yesterday's is nowhere: a new one replaces it before it is used."""

import contextlib
import secrets
import threading
from datetime import date, datetime, timedelta
from pathlib import Path

import structlog

from kadian.daykey import FARTHEST, KEY_BYTES, DayKey, advance, from_seed
from kadian.daykey_file import read_key, write_key
from kadian.errors import KadianError
from kadian.messages import HolderSeed

log = structlog.get_logger(__name__)
NO_DAY = date.min
"""Of a key that was made before the date was known."""
AHEAD = timedelta(days=1)
"""So much later than this gate's own day a key from the office may be, where the two stand in different time zones."""


class DayKeys:
    """Which key holders are hashed with now.

    The day is the best known: this machine's date where its clock is right, else the last day that was known. It moves
    forward with the date, and to whatever day the office's seed leads to; a clock that is not right moves nothing.

    Args:
        path: the file that keeps the key through a restart; made when it is not there, readable by its owner alone.

    Raises:
        KadianError: K0456 the file is there and cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._seed: HolderSeed | None = None
        self._kept = True
        kept = read_key(path)
        # A key without a day is of an older kadian, and was kept for ever: it ends here.
        self._key = kept or DayKey(NO_DAY, secrets.token_bytes(KEY_BYTES))
        if kept is None:
            # A card that is full or read-only does not keep the gate from measuring: the key is kept as soon as it can.
            self._take(self._key)

    def key(self, now: datetime, *, synced: bool, seed: HolderSeed | None = None) -> bytes:
        """The key of the best-known day, 32 bytes.

        Args:
            now: this machine's time, with an offset.
            synced: whether that time is right.
            seed: what the office sent last, if anything.
        """
        with self._lock:
            key = self._key
            ahead = synced and key.day > now.date()  # led astray by a clock that is right by now
            if seed is not None and (ahead or seed != self._seed):
                key = self._from_office(seed, key, now.date() if synced else None)
            if synced:
                key = _of_day(key, now.date())
            if key != self._key or not self._kept:
                self._take(key)
            return self._key.key

    def _from_office(self, seed: HolderSeed, mine: DayKey, today: date | None) -> DayKey:
        """The office's key, brought to the best-known day; never one of a day that this gate has left behind."""
        self._seed = seed
        try:
            theirs = from_seed(seed)
        except ValueError as error:
            log.warning("holder_seed_refused", why=str(error))
            return mine
        if today is not None and theirs.day > today + AHEAD:
            return mine
        return advance(theirs, mine.day if today is None else today)

    def _take(self, key: DayKey) -> None:
        """In use from now on, and the last one forgotten even where the disk refuses: that is said, and tried again."""
        self._key = key
        try:
            write_key(self._path, key)
            self._kept = True
        except KadianError as error:
            if self._kept:
                log.warning("day_key_not_kept", code=error.code, what=error.what(), do=error.do())
            self._kept = False
            # The old key must not wait on the disk for its thief.
            with contextlib.suppress(OSError):
                self._path.unlink(missing_ok=True)


def _of_day(key: DayKey, today: date) -> DayKey:
    """The key of today, from one of today or before; a new one where there is no way from that to today."""
    if key.day != NO_DAY and key.day <= today <= key.day + FARTHEST:
        return advance(key, today)
    return key if key.day > today else DayKey(today, secrets.token_bytes(KEY_BYTES))
