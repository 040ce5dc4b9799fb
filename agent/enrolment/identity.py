"""The gate's own key: made here, never sent anywhere."""

from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from kadian.secretfile import read_secret, write_secret

PEM = serialization.Encoding.PEM


def own_key(path: Path) -> ec.EllipticCurvePrivateKey:
    """The key in `path`, or a new one that is kept there before anybody hears of it.

    A gate that loses its power in the middle of enrolling asks again with the same key, which the office allows.

    Raises:
        KadianError: K0500 the file cannot be written or read, K0501 others may read it.
    """
    try:
        if path.exists():
            loaded = serialization.load_pem_private_key(read_secret(path), None)
            if isinstance(loaded, ec.EllipticCurvePrivateKey):
                return loaded
    except ValueError:
        pass  # a file cut off by a power cut holds no key that anybody knows of: make one
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    write_secret(path, pem)
    return key


def request(key: ec.EllipticCurvePrivateKey, gate: str) -> str:
    """A certificate signing request (PEM) for `key`."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, gate)])
    made = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    return made.public_bytes(PEM).decode("ascii")
