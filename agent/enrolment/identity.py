"""The gate's own key: made here, never sent anywhere."""

import os
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from kadian.errors import KadianError

PEM = serialization.Encoding.PEM


def own_key(path: Path) -> ec.EllipticCurvePrivateKey:
    """The key in `path`, or a new one that is kept there before anybody hears of it.

    A gate that loses its power in the middle of enrolling asks again with the same key, which the office allows.

    Raises:
        KadianError: K0510 the file cannot be written or read.
    """
    try:
        if path.exists():
            loaded = serialization.load_pem_private_key(path.read_bytes(), None)
            if isinstance(loaded, ec.EllipticCurvePrivateKey):
                return loaded
    except ValueError:
        pass  # a file cut off by a power cut holds no key that anybody knows of: make one
    except OSError as error:
        raise KadianError("K0510", str(path), reason=error.strerror or str(error)) from error
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    keep(path, pem)
    return key


def request(key: ec.EllipticCurvePrivateKey, gate: str) -> str:
    """A certificate signing request (PEM) for `key`."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, gate)])
    made = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    return made.public_bytes(PEM).decode("ascii")


def keep(path: Path, content: bytes) -> None:
    """Writes a file for its owner alone, whole or not at all, and on the disk when this returns.

    Raises:
        KadianError: K0510 the disk refuses.
    """
    fresh = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise KadianError("K0510", str(path), reason=error.strerror or str(error)) from error
