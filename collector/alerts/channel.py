"""What every channel is, and how a URL becomes one."""

from collections.abc import Iterable, Sequence
from importlib import import_module
from pkgutil import iter_modules
from typing import Literal, Protocol, cast, runtime_checkable
from urllib.parse import urlsplit

import msgspec

import collector.alerts.channels
from collector.alerts.limits import Limits, parse
from collector.alerts.message import Message
from kadian.errors import KadianError
from kadian.text import say

WEB = frozenset({"http", "https"})
"""The transports of a channel's URL, where its file names no others (`SCHEMES`; None: it looks at the URL itself)."""


class Answer(msgspec.Struct, frozen=True):
    """What came of one try. Only `accepted` counts as delivered; `retry`: another try may go better.

    `untested`: of a silent test alone, nothing was asked of the service. `after_seconds`: so long the service asks to
    be left alone; 0: it does not say.
    """

    kind: Literal["accepted", "refused", "unknown", "untested"]
    reason: str
    retry: bool = False
    after_seconds: float = 0.0


class Channel(Protocol):
    """One way to a phone."""

    def send(self, message: Message) -> Answer:
        """Try once, within a few seconds. What goes wrong is said in the answer, not raised."""


@runtime_checkable
class Silent(Protocol):
    """A channel that can be tried without ringing anybody."""

    def test(self, message: Message) -> Answer:
        """Try silently, once: the key and the service, at the least."""


def silent_test(channel: Channel, message: Message) -> Answer:
    """What comes of a silent test."""
    return channel.test(message) if isinstance(channel, Silent) else Answer("untested", say("channel.untested"))


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
        """The service's key for whom to reach, if it wants one."""

    @property
    def secret(self) -> Token | None:
        """What messages are signed with, if they are."""

    @property
    def to(self) -> Sequence[str]:
        """Whom to name or to reach: phone numbers, accounts or addresses, as the channel says."""

    @property
    def limit(self) -> str | None:
        """How many messages it takes, `20/min`; None: as its file says."""


def open_channel(settings: ChannelSettings) -> Channel:
    """The channel that the first word of the URL names: `webhook+https://…` is `channels/webhook.py`.

    Raises:
        KadianError: K0400, no such channel; K0401, not an address that this channel can use; K0523, it needs a package
            that is not installed.
    """
    word, _, rest = settings.url.partition("+")
    known = known_channels()
    if word not in known:
        raise KadianError("K0400", f"channels.{settings.name}.url", word=word.partition(":")[0], known=", ".join(known))
    try:
        module = import_module(f"collector.alerts.channels.{word}")
    except ModuleNotFoundError as error:
        raise KadianError("K0523", f"channels.{settings.name}.url", word=word, package=error.name) from error
    schemes = getattr(module, "SCHEMES", WEB)
    if schemes is not None:
        address = urlsplit(rest)
        if not address.hostname or address.scheme not in schemes:
            raise no_address(settings, word, schemes)
    return cast("Channel", module.open_url(rest, settings))


def limits_of(settings: ChannelSettings) -> Limits:
    """How many messages a channel takes: what the settings say, else `LIMITS` of its file; none: it does not count."""
    if settings.limit:
        return (parse(settings.limit),)
    word = settings.url.partition("+")[0]
    limits: Limits = getattr(import_module(f"collector.alerts.channels.{word}"), "LIMITS", ())
    return limits


def no_address(settings: ChannelSettings, word: str, schemes: Iterable[str]) -> KadianError:
    """What is said of a URL that this channel cannot use."""
    forms = " / ".join(f"{word}+{scheme}://…" for scheme in sorted(schemes))
    return KadianError("K0401", f"channels.{settings.name}.url", word=word, forms=forms)


def known_channels() -> list[str]:
    """The names of the channels that are there."""
    return sorted(found.name for found in iter_modules(collector.alerts.channels.__path__))
