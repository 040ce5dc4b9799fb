"""Compressed bytes of strangers: never more out of them than was asked for."""

import zlib

RAW_DEFLATE = -zlib.MAX_WBITS
ZLIB = zlib.MAX_WBITS


def inflate(raw: bytes, most: int, window: int = ZLIB) -> bytes:
    """The bytes that a deflate stream stands for; what is behind its end says nothing.

    Args:
        raw: the stream.
        most: bytes; a longer result is refused before it exists.
        window: `ZLIB` (RFC 1950) or `RAW_DEFLATE` (RFC 1951).

    Raises:
        ValueError: damaged, cut short, or too long.
    """
    stream = zlib.decompressobj(window)
    try:
        plain = stream.decompress(raw, most + 1)
    except zlib.error as error:
        raise ValueError(f"damaged: {error}") from None
    if len(plain) > most:
        raise ValueError(f"more than {most} bytes")
    if not stream.eof:
        raise ValueError("cut short")
    return plain
