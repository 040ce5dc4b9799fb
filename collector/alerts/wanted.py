"""What a channel cannot do without, asked for when it is opened, not when the first message waits. Pure."""

from collections.abc import Sequence
from typing import Literal
from urllib.parse import parse_qs, urlsplit

from collector.alerts.channel import ChannelSettings
from kadian.errors import KadianError


def key(settings: ChannelSettings, part: Literal["token", "secret"]) -> str:
    """The token or the secret.

    Raises:
        KadianError: K0430, there is none.
    """
    found = settings.token if part == "token" else settings.secret
    # A key that was copied with the end of its line could not be sent, and the complaint would show it.
    said = found.reveal().strip() if found else ""
    if not said:
        raise KadianError("K0430", f"channels.{settings.name}.{part}", missing=part)
    return said


def letters(settings: ChannelSettings) -> str:
    """The token, where it stands in an address or a header: no space and no letter beyond ASCII can be in it.

    Raises:
        KadianError: K0430, there is none; K0530, it has others.
    """
    said = key(settings, "token")
    if not all("!" <= letter <= "~" for letter in said):
        # Such a key could not be sent, and the complaint of the library would quote it.
        raise KadianError("K0530", f"channels.{settings.name}.token")
    return said


def signing(settings: ChannelSettings) -> str | None:
    """The secret that messages are signed with, None without one.

    Raises:
        KadianError: K0430, it is blank.
    """
    return key(settings, "secret") if settings.secret else None


def people(settings: ChannelSettings) -> tuple[str, ...]:
    """Whom to reach, each once.

    Raises:
        KadianError: K0430, nobody is named.
    """
    if not settings.to:
        raise KadianError("K0430", f"channels.{settings.name}.to", missing="to")
    return tuple(dict.fromkeys(settings.to))


def queried(settings: ChannelSettings, url: str, names: Sequence[str]) -> list[str]:
    """The values of these parameters in the URL's query, in their order.

    Raises:
        KadianError: K0430, one is not there.
    """
    for name in names:
        if not given(url, name, ""):
            raise KadianError("K0430", f"channels.{settings.name}.url", missing=f"{name}=")
    return [given(url, name, "") for name in names]


def given(url: str, name: str, otherwise: str) -> str:
    """The value of a parameter in the URL's query, the last where there are several."""
    return parse_qs(urlsplit(url).query).get(name, [otherwise])[-1]


def length(settings: ChannelSettings, url: str) -> int:
    """How many characters of the message go into a template's variable: `length` in the query, 20 unless told.

    Raises:
        KadianError: K0432, not a whole number from 1.
    """
    said = given(url, "length", "20")
    if not (said.isascii() and said.isdigit() and int(said)):
        raise KadianError("K0432", f"channels.{settings.name}.url", said=said[:20])
    return int(said)
