"""The key that signs pass cards: the private half in a file of the office, the public half in the gates' policy."""

from base64 import b64decode, b64encode
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from kadian import passcard
from kadian.errors import KadianError
from kadian.messages import PassKey
from kadian.secretfile import read_secret, write_secret

NAME = "key.json"


class CardKey(Struct, frozen=True):
    """`id` stands in each card, so that a gate finds the key; `private` and `public` are 32 bytes in base64."""

    id: Annotated[int, Meta(ge=0, le=255)]
    private: str
    public: str

    def __repr__(self) -> str:
        """Not the private half, so that it may stand in a log."""
        return f"CardKey({self.id}, {self.public})"

    @property
    def secret(self) -> bytes:
        """What signs."""
        return b64decode(self.private)

    @property
    def for_gates(self) -> PassKey:
        """What verifies."""
        return PassKey(self.id, self.public)


def make_key(folder: Path, number: int) -> CardKey:
    """The folder's key; a new one with this number where there is none yet.

    Raises:
        KadianError: K0500, K0501 its file; K0502 it is damaged.
    """
    if not (folder / NAME).exists():
        private, public = passcard.new_key()
        made = CardKey(number, b64encode(private).decode(), public)
        write_secret(folder / NAME, msgspec.json.encode(made))
    return read_key(folder)


def read_key(folder: Path) -> CardKey:
    """The folder's key.

    Raises:
        KadianError: K0500, K0501 its file; K0502 it is damaged; K0265 there is none.
    """
    path = folder / NAME
    if not path.exists():
        raise KadianError("K0265", str(path))
    try:
        key = msgspec.json.decode(read_secret(path), type=CardKey)
        whole = len(key.secret) == len(b64decode(key.public, validate=True)) == 32
    except (msgspec.MsgspecError, ValueError) as error:
        raise KadianError("K0502", str(path)) from error
    if not whole:
        raise KadianError("K0502", str(path))
    return key
