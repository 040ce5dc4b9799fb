"""Whatever Apprise reaches and no file here does: `apprise+<URL of Apprise>`, such as `apprise+pushdeer://{token}`.

`{token}` and `{secret}` in the URL stand for the settings of this name; whom to reach stands in the URL, too. Apprise
says "sent" also where a service refuses under HTTP 200 (docs/channels.md), so no message is ever `accepted` here: it is
a channel beside another one, not instead. Its own words are not passed on: they may have keys in them.

Apprise runs in a process of its own for each message: it cannot be told to stop, takes a proxy and passwords from the
environment, and logs what it sends.
"""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import msgspec

from collector.alerts import wanted
from collector.alerts.channel import Answer, ChannelSettings
from collector.alerts.message import Message
from collector.alerts.wording import cut, title_and_rest
from kadian.errors import KadianError
from kadian.text import say

SCHEMES = None
SECONDS = 20.0
"""For all of it: some services are asked several times, with 5.5 s between."""
MOST_BYTES = 4000
"""Of UTF-8; what the service takes less of, Apprise cuts."""
MOST_TITLE = 100
PROGRAM = Path(__file__).parents[1] / "apprised.py"
KINDS = {"page": "warning"}


class Told(msgspec.Struct, frozen=True):
    """What the process answered, see `apprised`."""

    known: bool
    sent: bool = False
    code: int | None = None


def open_url(url: str, settings: ChannelSettings) -> "AppriseUrl":
    """What Apprise has at a URL.

    Raises:
        KadianError: K0430, the URL names a token or a secret that is not there; K0523, Apprise is not installed; K0524,
            Apprise does not know the URL.
    """
    if find_spec("apprise") is None:
        raise KadianError("K0523", f"channels.{settings.name}.url", word="apprise", package="apprise")
    if "{token}" in url:
        url = url.replace("{token}", quote(wanted.key(settings, "token"), safe=""))
    if "{secret}" in url:
        url = url.replace("{secret}", quote(wanted.key(settings, "secret"), safe=""))
    told = _ask({"url": url})
    if told is not None and not told.known:
        raise KadianError("K0524", f"channels.{settings.name}.url")
    return AppriseUrl(url)


class AppriseUrl:
    """One URL of Apprise."""

    def __init__(self, url: str) -> None:
        self._url = url

    def send(self, message: Message) -> Answer:
        """Send once; "sent" is not known to be true, and not tried again."""
        title, body = title_and_rest(message, MOST_TITLE)
        body = cut(body, MOST_BYTES, message.link)
        told = _ask({"url": self._url, "title": title, "body": body, "kind": KINDS.get(message.severity, "info")})
        if told is None:
            return Answer("unknown", say("channel.apprise.silent"), retry=True)
        if told.sent:
            return Answer("unknown", say("channel.apprise.sent"))
        code = f" (HTTP {told.code})" if told.code else ""
        return Answer("refused", say("channel.apprise.failed") + code, retry=True)


def _ask(question: dict[str, str]) -> Told | None:
    """What Apprise says; None: nothing, or not in time."""
    # No proxy, no password of a .netrc, no file of the office's user.
    environment = {"PATH": os.environ.get("PATH", ""), "NETRC": os.devnull, "HOME": "/nonexistent"}
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(PROGRAM)],
            input=msgspec.json.encode(question),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd="/",
            timeout=SECONDS,
            check=False,
        )
        return msgspec.json.decode(done.stdout, type=Told)
    except (subprocess.TimeoutExpired, OSError, msgspec.DecodeError):
        return None
