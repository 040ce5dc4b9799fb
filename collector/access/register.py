"""The key that gates seal register entries to: the public half goes out with the policy, the private half stays."""

from base64 import b64decode, b64encode
from pathlib import Path

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox

from kadian.errors import KadianError
from kadian.secretfile import make_secret, read_secret

NAME = "register.key"


class RegisterKey:
    """An X25519 key of libsodium's sealed boxes, kept in `folder`; made at the first start."""

    def __init__(self, folder: Path) -> None:
        """Reads or makes the key.

        Raises:
            KadianError: K0500, K0501 its file; K0502 it is no key.
        """
        path = folder / NAME
        make_secret(path, b64encode(bytes(PrivateKey.generate())) + b"\n")
        try:
            self._key = PrivateKey(b64decode(read_secret(path), validate=False))
        except (ValueError, TypeError, CryptoError) as error:
            raise KadianError("K0502", str(path)) from error

    @property
    def public(self) -> str:
        """Base64, 44 characters: the policy's `office_key`."""
        return b64encode(bytes(self._key.public_key)).decode("ascii")

    def opened(self, sealed: str) -> bytes | None:
        """What was sealed (base64); None when it was sealed to another key, or is damaged."""
        try:
            return SealedBox(self._key).decrypt(b64decode(sealed, validate=True))
        except (CryptoError, ValueError, TypeError):
            return None
