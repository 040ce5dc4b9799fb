from typing import NamedTuple


class Row(NamedTuple):
    """One screening as it goes to the office."""

    seq: int
    body: bytes


class Kept(NamedTuple):
    """One screening as it was recorded, and when: nanoseconds of the boot of this name (empty: unknown)."""

    body: bytes
    monotonic_ns: int
    boot_id: str
