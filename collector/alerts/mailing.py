"""The one way to a mail server: connects, signs on, hands one letter over, says what was answered."""

import smtplib
import ssl
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

import msgspec

SECONDS = 8.0
"""For each answer of the server; many let a stranger wait some seconds for their greeting."""
TOGETHER = 25.0
"""For all of them."""
GOOD = 250
FORWARDED = 251


class Server(msgspec.Struct, frozen=True):
    """Where letters are handed in.

    `tls`: from the first byte (`smtps`); `starttls`: before anything is said that matters.
    """

    host: str
    port: int
    tls: bool
    starttls: bool
    user: str
    password: str


class Letter(msgspec.Struct, frozen=True):
    """What is handed in, from whom and for whom."""

    sender: str
    to: Sequence[str]
    body: bytes


class Handed(msgspec.Struct, frozen=True):
    """What the server said in the end.

    `code`: of SMTP (RFC 5321, 4.2), 0 where there was no answer, or an answer that is none; `words`: the server's own,
    with whom they are about. `refused`: so many of the addresses.
    """

    code: int
    words: str
    refused: int = 0


def hand_in(server: Server, letter: Letter) -> Handed:
    """Hand one letter in. Whatever the server does is in the answer.

    Code 502 also stands for a server that offers no STARTTLS or no way to sign on.
    """
    return _with(server, lambda client, end: _hand_over(client, letter, end))


def sign_on(server: Server) -> Handed:
    """Connect and sign on, as for a letter, and hand nothing in."""
    return _with(server, lambda client, _end: _said(*client.noop()))


def _with(server: Server, talk: Callable[[smtplib.SMTP, float], Handed]) -> Handed:
    end = time.monotonic() + TOGETHER
    try:
        client = _connected(server)
        try:
            _sign_on(client, server, end)
            return talk(client, end)
        finally:
            _leave(client)
    except smtplib.SMTPResponseException as error:
        return _said(error.smtp_code, error.smtp_error)
    except smtplib.SMTPNotSupportedError as error:
        return Handed(502, str(error))
    except (OSError, smtplib.SMTPException, ValueError) as error:
        return Handed(0, f"{type(error).__name__}: {error}")


def _connected(server: Server) -> smtplib.SMTP:
    # The name is given, because smtplib would ask the name server for it, which may take a minute.
    name = "[127.0.0.1]"
    if server.tls:
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(server.host, server.port, name, timeout=SECONDS, context=context)
    return smtplib.SMTP(server.host, server.port, name, timeout=SECONDS)


def _sign_on(client: smtplib.SMTP, server: Server, end: float) -> None:
    if server.starttls:
        client.starttls(context=ssl.create_default_context())
    if server.user:
        _hurry(client, end)
        client.login(server.user, server.password)
    _hurry(client, end)
    client.ehlo_or_helo_if_needed()


def _hand_over(client: smtplib.SMTP, letter: Letter, end: float) -> Handed:
    code, words = client.mail(letter.sender)
    if code != GOOD:
        return _said(code, words)
    no = []
    for address in letter.to:
        _hurry(client, end)
        code, words = client.rcpt(address)
        if code not in {GOOD, FORWARDED}:
            no.append(_said(code, words))
    if len(no) == len(letter.to):
        # One that may be taken later makes the whole worth another try.
        return min(no, key=lambda one: one.code)
    _hurry(client, end)
    code, words = client.data(letter.body)
    done = _said(code, words)
    return Handed(done.code, no[0].words, len(no)) if code == GOOD and no else done


def _hurry(client: smtplib.SMTP, end: float) -> None:
    left = end - time.monotonic()
    if left <= 0 or client.sock is None:
        raise TimeoutError("all together")
    client.sock.settimeout(min(left, SECONDS))


def _leave(client: smtplib.SMTP) -> None:
    # What is answered to the goodbye changes nothing of what was handed in.
    with suppress(smtplib.SMTPException, OSError):
        client.quit()
    client.close()


def _said(code: int, words: bytes | str) -> Handed:
    return Handed(code, words.decode("utf-8", "replace") if isinstance(words, bytes) else words)
