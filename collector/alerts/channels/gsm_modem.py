"""Text messages through a modem with a SIM card of one's own: `gsm_modem+serial:///dev/serial/by-id/…?baud=115200`.

`to`: phone numbers; `secret`: the SIM card's PIN, if it has one. Works without the internet, and without a company's
papers for a signature and a template.

Sources: 3GPP TS 27.005, 3.2.5 and 3.5.1 (`+CMS ERROR`, `+CMGS`), whose codes below 128 are of TS 24.011, annex E.2, and
those below 256 of TS 23.040, 9.2.3.22; TS 27.007, 8.3 and 9.2 (`+CPIN`, `+CME ERROR`).
"""

import re
from collections.abc import Sequence
from urllib.parse import unquote, urlsplit
from zlib import crc32

from collector.alerts import wanted
from collector.alerts.channel import Answer, ChannelSettings
from collector.alerts.coded import meanings, refused
from collector.alerts.message import Message
from collector.alerts.modem import pdu
from collector.alerts.modem.answers import Final
from collector.alerts.modem.dialogue import Failed, Modem
from collector.alerts.modem.port import Gone, open_port
from collector.alerts.modem.progress import Book, Progress
from collector.alerts.service import MINUTE, Meaning
from kadian.errors import KadianError
from kadian.text import say

SCHEMES = None
CMS = meanings(
    (Meaning("number"), "1 195"),
    (Meaning("barred"), "8 10 28 29 30 50 69 196"),
    (Meaning("network", retry=True, after_seconds=10), "17 27 38 41 331 332"),
    (Meaning("busy", retry=True, after_seconds=MINUTE), "22 42 47 192 194"),
    (Meaning("centre", retry=True, after_seconds=MINUTE), "193 330"),
    (Meaning("no_sim", retry=True, after_seconds=MINUTE), "310"),
    (Meaning("sim", retry=True, after_seconds=MINUTE), "313 315"),
    (Meaning("sim_busy", retry=True), "314"),
    (Meaning("pin_missing"), "311"),
    (Meaning("puk"), "312 316"),
)
CME = meanings(
    (Meaning("network", retry=True, after_seconds=10), "30 31 32"),
    (Meaning("no_sim", retry=True, after_seconds=MINUTE), "10"),
    (Meaning("sim", retry=True, after_seconds=MINUTE), "13 15"),
    (Meaning("sim_busy", retry=True), "14"),
    (Meaning("pin_missing"), "11"),
    (Meaning("puk"), "5 12"),
)
MEANINGS = {
    f"{name} {code}": meaning for name, table in (("CMS", CMS), ("CME", CME)) for code, meaning in table.items()
}


def open_url(url: str, settings: ChannelSettings) -> "GsmModem":
    """The modem at a port; it is opened only while something is sent.

    Raises:
        KadianError: K0430, nobody is to be reached; K0520, not a port or not a speed; K0521, not a phone number; K0522,
            not a PIN.
    """
    address = urlsplit(url)
    baud = wanted.given(url, "baud", "115200")
    path = unquote(address.path)
    if address.scheme != "serial" or address.netloc or path in {"", "/"} or not re.fullmatch(r"[1-9][0-9]{2,6}", baud):
        raise KadianError("K0520", f"channels.{settings.name}.url")
    numbers = [pdu.number(said) for said in wanted.people(settings)]
    to = [number for number in numbers if number is not None]
    if len(to) < len(numbers):
        raise KadianError("K0521", f"channels.{settings.name}.to", at=numbers.index(None) + 1)
    pin = settings.secret.reveal().strip() if settings.secret else None
    if pin is not None and not re.fullmatch(r"[0-9]{4,8}", pin):
        raise KadianError("K0522", f"channels.{settings.name}.secret")
    return GsmModem(path, int(baud), to, pin)


class GsmModem:
    """One modem, the same phones for every message.

    Args:
        path: of the port.
        baud: bits a second.
        to: phone numbers.
        pin: of the SIM card; one that was wrong is not entered again.
    """

    def __init__(self, path: str, baud: int, to: Sequence[str], pin: str | None) -> None:
        self._path = path
        self._baud = baud
        self._to = tuple(dict.fromkeys(to))
        self._pin = pin
        self._pin_was_wrong = False
        self._book = Book()

    def send(self, message: Message) -> Answer:
        """Send once to each phone that this message has not reached yet; accepted: the network took all of it."""
        progress = self._book.of(message.id)
        try:
            port = open_port(self._path, self._baud)
            try:
                failed = self._talk(Modem(port), message, progress)
            finally:
                port.close()
        except Gone as gone:
            failed = [Answer("unknown", say(f"channel.gsm_modem.port_{gone.why}"), retry=True)]
        answer = self._answer(failed, progress)
        if answer.retry:
            self._book.keep(message.id, progress)
        else:
            self._book.close(message.id)
        return answer

    def _answer(self, failed: Sequence[Answer], progress: Progress) -> Answer:
        if not failed:
            return Answer("accepted", "+CMGS")
        worst = next((answer for answer in failed if answer.retry), failed[0])
        if not progress.reached:
            return worst
        values = {"reached": len(progress.reached), "all": len(self._to), "reason": worst.reason}
        reason = say("channel.gsm_modem.partly", **values)
        return Answer(worst.kind, reason, worst.retry, worst.after_seconds)

    def test(self, _message: Message) -> Answer:
        """Ask for the SIM card and the network, and send nothing."""
        try:
            port = open_port(self._path, self._baud)
            try:
                modem = Modem(port)
                if failed := modem.wake(self._pin):
                    return self._judged(failed, modem)
                if modem.on_a_network() is False:
                    return Answer("refused", say("channel.gsm_modem.network", code="+CREG"), retry=True)
                return Answer("accepted", "+CPIN +CREG")
            finally:
                port.close()
        except Gone as gone:
            return Answer("unknown", say(f"channel.gsm_modem.port_{gone.why}"), retry=True)

    def _talk(self, modem: Modem, message: Message, progress: Progress) -> list[Answer]:
        """What failed; how far each phone came is noted in `progress`."""
        failed = modem.wake(self._pin)
        if failed:
            return [self._judged(failed, modem)]
        text = pdu.fitting(f"{message.text}\n{message.what_to_do}", message.link)
        reference = crc32(message.id.encode()) & 0xFF
        answers = []
        for number in self._to:
            if number in progress.reached:
                continue
            if progress.given_up(number):
                answers.append(Answer("unknown", say("channel.gsm_modem.lost")))
                continue
            failed = self._parts(modem, number, pdu.submits(number, text, reference), progress)
            if failed is None:
                progress.reached.add(number)
                continue
            answers.append(self._judged(failed, modem))
            if not isinstance(failed.why, Final):
                # It does not answer, and would not to the next, either.
                break
        return answers

    @staticmethod
    def _parts(modem: Modem, number: str, parts: Sequence[str], progress: Progress) -> Failed | None:
        """The parts that this phone does not have; the first failure ends it."""
        for at, part in enumerate(parts):
            if (number, at) in progress.parts:
                continue
            try:
                failed = modem.send(part)
            except Gone:  # in the middle of a talk: the part may be on its way
                progress.lost[number] += 1
                raise
            if failed:
                progress.lost[number] += failed.why == "lost"
                return failed
            progress.parts.add((number, at))
        return None

    def _judged(self, failed: Failed, modem: Modem) -> Answer:
        why = failed.why
        if isinstance(why, Final):
            code = f"{why.kind.upper()} {why.code}" if why.code else why.kind.upper()
            known = MEANINGS
            if code not in known and modem.on_a_network() is False:
                known = {code: Meaning("network", retry=True, after_seconds=10)}
            return refused("gsm_modem", known, code, "")
        if why in {"silent", "lost"}:
            return Answer("unknown", say(f"channel.gsm_modem.{why}"), retry=True)
        if why == "pin_wrong":
            self._pin, self._pin_was_wrong = None, True
        word = "pin_wrong" if self._pin_was_wrong and why == "pin_missing" else why
        return Answer("refused", say(f"channel.gsm_modem.{word}"))
