"""How a screening lies on disk: its JSON, deflated with a dictionary (zlib, RFC 1950).

477 bytes of JSON become about 150, and a checksum (Adler-32) comes with it: a bit that a worn card has turned is found
before the office is told a wrong temperature.
"""

import zlib

from agent.outbox.file import Damaged

# What screenings have in common, the commonest last. Its checksum stands in each packed body: never change it, add one.
DICTIONARY = (
    b'"reasons":["temperature_high"],["fever_confirmed"],["cleared"],["too_cold"],["code_refused","remeasure_of":"0197'
    b'"clock":"unsynced","clock":"estimated","verdict":"recheck","verdict":"stop","verdict":"none","kind":"contact",'
    b'"kind":"surface","site":"wrist","quality":"cold""format":"text","status":"unverified","holder":"",'
    b'"colour":"green","expires":"2026-12-01"},"operator":"v-{"id":"0199","epoch":"0199","seq":100000,'
    b'"at":"2026-11-23T07:02:11.123+08:00","clock":"synced","verdict":"pass","temperature":{"celsius":36.54,'
    b'"kind":"body_estimate","site":"forehead","surface":34.91,"ambient":21.3,"conversion":"device","samples":12,'
    b'"spread":0.12,"device":"gy614v3"},"code":{"format":"pass","status":"valid","holder":"'
)
WINDOW_BITS = 11
MEMORY_LEVEL = 4
MOST_BYTES = 1 << 20
"""Nothing unpacks to more: what claims to is damaged."""


def pack(body: bytes) -> bytes:
    """A body as it lies on disk."""
    packer = zlib.compressobj(6, zlib.DEFLATED, WINDOW_BITS, MEMORY_LEVEL, zlib.Z_DEFAULT_STRATEGY, DICTIONARY)
    return packer.compress(body) + packer.flush()


def unpack(stored: object) -> bytes:
    """The body of what lies on disk; outboxes of the first version hold it as it is.

    Raises:
        Damaged: it is not what was stored.
    """
    if not isinstance(stored, bytes):
        raise Damaged("a body that is none")
    if stored.startswith(b"{"):
        return stored
    unpacker = zlib.decompressobj(WINDOW_BITS, DICTIONARY)
    try:
        body = unpacker.decompress(stored, MOST_BYTES)
    except zlib.error as error:
        raise Damaged(f"a body does not unpack: {error}") from error
    if not unpacker.eof or unpacker.unused_data:
        raise Damaged("a body was cut short or has something behind it")
    return body
