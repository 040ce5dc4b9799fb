"""Puts the link into a message as it goes out. It is not kept in the ledger, where it would outlive its use."""

from collections.abc import Callable

import msgspec

from collector.access.links import LinkKey
from collector.alerts.message import Message
from collector.ledger.deliveries import Delivery

GOOD_FOR_MS = 12 * 3_600_000
"""A shift: so long after it goes out a message's link may be used. Who gets it a night later can still use it."""


class Linked:
    """For `Courier`: what finishes each message.

    Args:
        address: under which phones reach the office's pages, `[alerts] link`; None: messages have no link.
        key: signs.
        now_ms: the office's clock, milliseconds since 1970.
    """

    def __init__(self, address: str | None, key: LinkKey | None, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._address = address.rstrip("/") if address else ""
        self._key = key

    def __call__(self, delivery: Delivery, message: Message) -> Message:
        """The message with its link; a test of a channel has nothing to take."""
        if self._key is None or delivery.kind == "test":
            return message
        token = self._key.token(delivery.id, self._now_ms() + GOOD_FOR_MS)
        return msgspec.structs.replace(message, link=f"{self._address}/a/{token}")
