"""What every channel is, and how a URL becomes one."""

from importlib import import_module
from pkgutil import iter_modules
from typing import Literal, Protocol, cast
from urllib.parse import urlsplit

import msgspec

import collector.alerts.channels
from collector.alerts.message import Message
from kadian.errors import KadianError


class Answer(msgspec.Struct, frozen=True):
    """What came of one try. Only `accepted` counts as delivered; `retry`: another try may go better."""

    kind: Literal["accepted", "refused", "unknown"]
    reason: str
    retry: bool = False


class Channel(Protocol):
    """One way to a phone."""

    def send(self, message: Message) -> Answer:
        """Try once, within a few seconds. What goes wrong is said in the answer, not raised."""


class Token(Protocol):
    """A secret that prints as hidden."""

    def reveal(self) -> str:
        """The secret itself."""


class ChannelSettings(Protocol):
    """What the office's settings say of a channel."""

    @property
    def name(self) -> str:
        """Chosen by the office; stands in the ledger."""

    @property
    def url(self) -> str:
        """`<channel>+<transport>://…`, such as `webhook+https://example.org/hook`."""

    @property
    def token(self) -> Token | None:
        """The service's secret, if it wants one."""


def open_channel(settings: ChannelSettings) -> Channel:
    """The channel that the first word of the URL names: `webhook+https://…` is `channels/webhook.py`.

    Raises:
        KadianError: K0400, no such channel; K0401, not an address that this channel can use.
    """
    word, _, rest = settings.url.partition("+")
    known = known_channels()
    if word not in known:
        raise KadianError("K0400", f"channels.{settings.name}.url", word=word.partition(":")[0], known=", ".join(known))
    if not urlsplit(rest).hostname:
        raise KadianError("K0401", f"channels.{settings.name}.url", word=word)
    module = import_module(f"collector.alerts.channels.{word}")
    token = settings.token.reveal() if settings.token else None
    return cast("Channel", module.open_url(f"channels.{settings.name}.url", rest, token))


def known_channels() -> list[str]:
    """The names of the channels that are there."""
    return sorted(found.name for found in iter_modules(collector.alerts.channels.__path__))
