"""COSE_Sign1 (RFC 9052) as health certificates use it: one signer, ES256 or PS256, the key from a list.

The signed structure is four items and the bytes to verify are a fixed frame around two of them, so cbor2 and
cryptography are enough.
"""

from collections.abc import Mapping
from typing import Any, TypeGuard

from msgspec import Struct

MOST_DEPTH = 32
TAGS = (18, 61, 55799)
"""COSE_Sign1, CWT, and CBOR itself: issuers leave them out or write them twice, and they say nothing here."""
MOST_TAGS = 4
ALGORITHM, KID = 1, 4
ES256, PS256 = -7, -37
RSA_BITS = (2048, 4096)
_BUILT_IN_TAGS = (0, 1, 2, 3, 4, 5, 25, 28, 29, 30, 35, 36, 37, 52, 54, 100, 256, 258, 260, 261, 1004, 43000)


class Signed(Struct, frozen=True):
    """A signed message, not yet verified; `kid` names the key, `algorithm` is COSE's number."""

    algorithm: int | None
    kid: bytes | None
    protected: bytes
    payload: bytes
    signature: bytes


def load(raw: bytes) -> Any:
    """One CBOR item (RFC 8949) of a stranger, as plain values.

    A tag inside stands for what it tags. What is behind the item is under no signature and says nothing.

    Raises:
        ValueError: not well-formed, too deep, or a key twice in one map.
    """
    import cbor2

    def plain(value: Any, *_immutable: bool) -> Any:
        # No dates, big numbers, regular expressions or references are made of a stranger's bytes.
        return value

    try:
        item: Any = cbor2.loads(
            raw,
            max_depth=MOST_DEPTH,
            allow_duplicate_keys=False,
            semantic_decoders=dict.fromkeys(_BUILT_IN_TAGS, plain),
        )
    except (cbor2.CBORError, ValueError, TypeError, OverflowError, RecursionError, MemoryError) as error:
        raise ValueError(f"no CBOR: {type(error).__name__}") from None
    for _ in range(MOST_TAGS):
        if not (isinstance(item, cbor2.CBORTag) and item.tag in TAGS):
            break
        item = item.value
    return item


def parse(raw: bytes) -> Signed:
    """The parts of a signed message. What stands in the protected header comes before what does not.

    Raises:
        ValueError: it is no COSE_Sign1.
    """
    parts = load(raw)
    if not isinstance(parts, list | tuple) or len(parts) != 4:
        raise ValueError("no COSE_Sign1")
    protected, unprotected, payload, signature = parts
    if not all(isinstance(part, bytes) for part in (protected, payload, signature)):
        raise ValueError("no COSE_Sign1")
    headers = [load(protected) if protected else {}, unprotected]
    if not all(is_map(header) for header in headers):
        raise ValueError("no COSE headers")
    algorithm, kid = (next((h[name] for h in headers if name in h), None) for name in (ALGORITHM, KID))
    return Signed(
        algorithm if type(algorithm) is int else None,
        kid if isinstance(kid, bytes) else None,
        protected,
        payload,
        signature,
    )


def is_map(item: Any) -> TypeGuard[Mapping[Any, Any]]:
    """Whether it is a CBOR map, in either of the forms that cbor2 gives."""
    return isinstance(item, Mapping)


def is_signed(signed: Signed, key: bytes) -> bool:
    """Whether the owner of a public key (SubjectPublicKeyInfo, DER) signed it.

    The kind of key decides: an elliptic key signs ES256, an RSA key of 2048 to 4096 bits PS256, and no other
    algorithm will do. ES256 is ECDSA with SHA-256; COSE, unlike JOSE, does not tie it to P-256 (RFC 9053, section
    2.1), and member states have signed so with P-384.
    """
    import cbor2
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        public = load_der_public_key(key)
    except (ValueError, UnsupportedAlgorithm):
        return False
    message = cbor2.dumps(["Signature1", signed.protected, b"", signed.payload])
    try:
        if isinstance(public, ec.EllipticCurvePublicKey) and isinstance(public.curve, ec.SECP256R1 | ec.SECP384R1):
            size = (public.curve.key_size + 7) // 8
            if signed.algorithm != ES256 or len(signed.signature) != 2 * size:
                return False
            r, s = (int.from_bytes(half) for half in (signed.signature[:size], signed.signature[size:]))
            public.verify(utils.encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
            return True
        if isinstance(public, rsa.RSAPublicKey) and RSA_BITS[0] <= public.key_size <= RSA_BITS[1]:
            if signed.algorithm != PS256:
                return False
            sha256 = hashes.SHA256()
            public.verify(
                signed.signature, message, padding.PSS(padding.MGF1(sha256), padding.PSS.DIGEST_LENGTH), sha256
            )
            return True
    except InvalidSignature:
        pass
    return False
