"""A letter through the office's mail server: `smtp+smtp://user@mail.example.org:587?from=gate@example.org`.

`smtps://` is TLS from the first byte (port 465); `smtp://` begins with STARTTLS (port 587) unless the query says
`starttls=0` (port 25). A user's `@` is written `%40`. `settings.token` is the password, `settings.to` the addresses.
"""

from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from urllib.parse import parse_qs, unquote, urlsplit

from collector.alerts import wanted
from collector.alerts.channel import Answer, ChannelSettings, no_address
from collector.alerts.discreet import discreet
from collector.alerts.mailing import Handed, Letter, Server, hand_in, sign_on
from collector.alerts.message import Message
from kadian.errors import KadianError
from kadian.text import say

SCHEMES = frozenset({"smtp", "smtps"})


def open_url(url: str, settings: ChannelSettings) -> "Smtp":
    """The mail server at a URL.

    Raises:
        KadianError: K0401, not a port; K0430, the sender, the addresses or the user's password are missing;
            K0431, not an address of a mailbox.
    """
    address = urlsplit(url)
    tls = address.scheme == "smtps"
    starttls = not tls and parse_qs(address.query).get("starttls", ["1"])[-1] != "0"
    (sender,) = wanted.queried(settings, url, ["from"])
    to = wanted.people(settings)
    for where, one in (("url", sender), *(("to", one) for one in to)):
        if not one.isascii() or not one.isprintable() or " " in one or one.count("@") != 1:
            raise KadianError("K0431", f"channels.{settings.name}.{where}")
    user = unquote(address.username or "")
    password = wanted.key(settings, "token") if user else ""
    try:
        port = address.port or (465 if tls else 587 if starttls else 25)
    except ValueError as error:
        raise no_address(settings, "smtp", SCHEMES) from error
    return Smtp(Server(address.hostname or "", port, tls, starttls, user, password), sender, to)


class Smtp:
    """One mail server, one sender, the same addresses for every letter."""

    def __init__(self, server: Server, sender: str, to: Sequence[str]) -> None:
        self._server = server
        self._sender = sender
        self._to = to

    def send(self, message: Message) -> Answer:
        """Hand one letter in. Taken for some of the addresses it counts as delivered, and the answer says so."""
        return self._judged(hand_in(self._server, Letter(self._sender, self._to, _letter(message, self._sender))))

    def test(self, _message: Message) -> Answer:
        """Sign on, and hand nothing in."""
        return self._judged(sign_on(self._server))

    def _judged(self, done: Handed) -> Answer:
        words = discreet(done.words, (*self._to, self._sender, self._server.user, self._server.password))
        values = {"code": done.code, "words": words, "refused": done.refused, "all": len(self._to)}
        match done.code // 100:
            case 2 if done.refused:
                return Answer("accepted", say("channel.smtp.partly", **values))
            case 2:
                return Answer("accepted", f"SMTP {done.code}")
            case 4:
                return Answer("refused", say("channel.smtp.later", **values), retry=True)
            case 5:
                return Answer("refused", say("channel.smtp.never", **values))
        return Answer("unknown", say("channel.smtp.silent", **values), retry=True)


def _letter(message: Message, sender: str) -> bytes:
    letter = EmailMessage(policy=SMTP)
    letter["Subject"] = " ".join(message.text.split())
    letter["From"] = sender
    # Who else is called is nobody's business.
    letter["To"] = "undisclosed-recipients:;"
    letter["Date"] = datetime.fromisoformat(message.at)
    # The same at every repetition: a mailbox that looks at it keeps one.
    letter["Message-ID"] = f"<{message.id}@{sender.partition('@')[2]}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter["X-Kadian-Delivery"] = message.id
    chinese = (message.text, message.what_to_do)
    english = (message.text_en, message.what_to_do_en)
    place = f"{message.at} · {message.name} ({message.entrance})"
    link = ("", message.link) if message.link else ()
    letter.set_content("\n".join((*chinese, "", *english, "", place, *link)))
    return letter.as_bytes()
