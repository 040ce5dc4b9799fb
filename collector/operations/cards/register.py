"""The office's register of issued cards: which holder is whom. It stays here; on the card there is only the holder."""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from kadian.errors import KadianError
from kadian.secretfile import write_secret


class Person(Struct, frozen=True):
    """One person of a card: the name, and the holder (hexadecimal) that stands for it in the code."""

    name: str
    holder: str


class Issued(Struct, frozen=True, tag="issued"):
    """One card. `holder`: the card's own, which for one person is that person's; `until`: its last day."""

    number: int
    holder: str
    place: str
    people: tuple[Person, ...]
    until: date
    at: datetime


class Revoked(Struct, frozen=True, tag="revoked"):
    """From now on this holder (a card's or a person's) is refused."""

    holder: str
    at: datetime


_decoder = msgspec.json.Decoder(Issued | Revoked)


class Register:
    """A file that is only ever added to, one JSON line an entry, and the list of revoked holders made from it.

    Args:
        folder: where both are, with the signing key; made for its owner alone.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / "register.jsonl"
        self.revoked_path = folder / "revoked"

    def entries(self) -> list[Issued | Revoked]:
        """All entries, the oldest first.

        Raises:
            KadianError: K0267 the file cannot be read, or a line of it is damaged.
        """
        try:
            raw = self.path.read_bytes() if self.path.exists() else b""
        except OSError as error:
            raise KadianError("K0267", str(self.path), reason=error.strerror or str(error)) from error
        found = []
        for number, line in enumerate(raw.splitlines(), 1):
            try:
                found.append(_decoder.decode(line))
            except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                raise KadianError("K0267", f"{self.path}:{number}", reason=str(error)) from error
        return found

    def cards(self) -> list[Issued]:
        """The cards, by number."""
        return [entry for entry in self.entries() if isinstance(entry, Issued)]

    def revoked(self) -> frozenset[str]:
        """The holders that are refused."""
        return frozenset(entry.holder for entry in self.entries() if isinstance(entry, Revoked))

    @contextmanager
    def adding(self) -> Iterator[None]:
        """Nobody else adds meanwhile, so that a number is given once."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as error:
            raise KadianError("K0267", str(self.path), reason=error.strerror or str(error)) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def add(self, entries: Iterable[Issued | Revoked], today: date) -> None:
        """On the disk, all of them, when this returns; the list of revoked holders follows.

        Raises:
            KadianError: K0267, K0500 the disk refuses.
        """
        lines = b"".join(msgspec.json.encode(entry) + b"\n" for entry in entries)
        try:
            with os.fdopen(os.open(self.path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600), "ab") as stream:
                stream.write(lines)
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise KadianError("K0267", str(self.path), reason=error.strerror or str(error)) from error
        self.write_revoked(today)

    def write_revoked(self, today: date) -> None:
        """The list for gates: who is refused, as long as a card of theirs would still be good by its day.

        Raises:
            KadianError: K0267 the register, K0500 the disk refuses.
        """
        last: dict[str, date] = {}
        for card in self.cards():
            for holder in (card.holder, *(person.holder for person in card.people)):
                last[holder] = max(card.until, last.get(holder, card.until))
        holders = sorted(one for one in self.revoked() if last.get(one, today) >= today)
        write_secret(self.revoked_path, "".join(f"{one}\n" for one in holders).encode())
