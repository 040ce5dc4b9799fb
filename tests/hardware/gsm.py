"""A GSM modem on a pseudo-terminal, and what a phone makes of its messages: written from 3GPP TS 27.005, 27.007 and
23.040, apart from the channel that talks to it."""

import os
import re
import select
import threading
import time
import tty
from contextlib import suppress

READY = b"\r\n+CPIN: READY\r\n\r\nOK\r\n"


class Modem:
    """Speaks at `path`. `texts`: (number, text) as phones show them, parts joined; `sent`: the PDUs it took.

    `after_text`: what it says to each message, one by one, the last one holds on: bytes; None: nothing; "unplug"; "ok":
    the network takes it. `says`: whole answers by the beginning of a command, in place of its own; of several pieces
    each comes 10 ms later. `chatter`: what it says in between, unasked. `prompt`: how it asks for a text. `stopped`:
    the prompt is out, and it waits for the text.
    """

    def __init__(self, pin=None, tries=3):
        self.pin, self.tries = pin, tries
        self.after_text = ["ok"]
        self.says = {}
        self.chatter = b""
        self.prompt = b"\r\n> "
        self.echo = True
        self.heard, self.sent, self.phones = [], [], {}
        self.stopped = threading.Event()
        self._line, self._text, self._octets = b"", None, 0
        # Its own open end of the port: without it the modem would be gone whenever nobody else has it open.
        self._master, kept = self._files = os.openpty()
        tty.setraw(kept)
        self.path = os.ttyname(kept)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    @property
    def texts(self):
        return [(phone, "".join(parts[at] for at in sorted(parts))) for (phone, _), parts in self.phones.items()]

    def unplug(self):
        self._over.set()
        if threading.current_thread() is not self._thread:
            self._thread.join()
        files, self._files = self._files, ()
        for file in files:
            os.close(file)

    def say(self, data):
        os.write(self._master, data)

    def _listen(self):
        with suppress(OSError, ValueError):
            while not self._over.is_set():
                if select.select([self._master], [], [], 0.02)[0]:
                    for byte in os.read(self._master, 4096):
                        if not self._over.is_set():
                            self._take(bytes([byte]))

    def _take(self, byte):
        if self.echo and byte != b"\x1b":
            self.say(byte)
        if self._text is not None:
            self._in_text(byte)
        elif byte == b"\r":
            line, self._line = self._line.decode("ascii", "replace"), b""
            if found := re.search("AT.*", line):
                self.heard.append(found[0])
                self._command(found[0])
        else:
            self._line += byte

    def _in_text(self, byte):
        if byte == b"\x1b":
            self._text = None
            self.say(b"\r\nOK\r\n")
        elif byte == b"\x1a":
            pdu, self._text = self._text.decode(), None
            self._submitted(pdu)
        else:
            self._text += byte

    def _command(self, command):
        if self.chatter:
            self.say(self.chatter)
        given = next((answer for start, answer in self.says.items() if command.startswith(start)), None)
        answer = self._own(command) if given is None else given
        for at, piece in enumerate(answer if isinstance(answer, tuple) else (answer,)):
            time.sleep(0.01 if at else 0)
            self.say(piece)

    def _own(self, command):
        if command.startswith("AT+CMGS="):
            self._octets, self._text = int(command[8:]), b""
            self.stopped.set()
            return self.prompt
        if command == "AT+CPIN?":
            return b"\r\n+CPIN: SIM PIN\r\n\r\nOK\r\n" if self.pin else READY
        if command == "AT+CPINR":
            return b"\r\n+CPINR: SIM PIN,%d,3\r\n+CPINR: SIM PUK,10,10\r\n\r\nOK\r\n" % self.tries
        if command.startswith("AT+CPIN=") and command != f'AT+CPIN="{self.pin}"':
            self.tries -= 1
            return b"\r\n+CME ERROR: 16\r\n"
        if command.startswith("AT+CPIN="):
            self.pin = None
        self.echo = self.echo and not command.startswith("ATE0")
        known = command.startswith(("AT+CPIN=", "ATE0", "AT+CMEE=1", "AT+CMGF=0"))
        return b"\r\nOK\r\n" if known else b"\r\n+CME ERROR: 4\r\n"

    def _submitted(self, pdu):
        if self.chatter:
            self.say(self.chatter)
        answer = self.after_text.pop(0) if len(self.after_text) > 1 else self.after_text[0]
        if len(pdu) != 2 * self._octets + 2:
            answer = b"\r\n+CMS ERROR: 304\r\n"
        if answer == "ok":
            self.sent.append(pdu)
            self._arrived(pdu)
            answer = b"\r\n+CMGS: %d\r\n\r\nOK\r\n" % len(self.sent)
        if answer == "unplug":
            self.unplug()
        elif answer is not None:
            self.say(answer)

    def _arrived(self, pdu):
        number, reference, part, _, text = read_submit(pdu)
        self.phones.setdefault((number, reference if reference is not None else len(self.sent) + 1000), {})[part] = text


def read_submit(pdu):
    """(number, reference or None, this part, all parts, text) of an SMS-SUBMIT, octet by octet as TS 23.040 has it."""
    octets = list(bytes.fromhex(pdu))
    del octets[: octets[0] + 1]
    first, _reference, digits, kind = (octets.pop(0) for _ in range(4))
    assert first & 0b11 == 0b01
    assert first >> 3 & 0b11 == 0b10
    number = ""
    for _ in range(-(-digits // 2)):
        octet = octets.pop(0)
        number += f"{octet & 0xF:X}{octet >> 4:X}"
    assert number[digits:] in {"", "F"}
    number = {0x91: "+", 0x81: ""}[kind] + number[:digits]
    plain, coding, _validity, length = (octets.pop(0) for _ in range(4))
    assert (plain, coding, length) == (0, 0x08, len(octets))
    assert length <= 140
    reference, parts, part = None, 1, 1
    if first & 0x40:
        size, element, element_size, reference, parts, part = (octets.pop(0) for _ in range(6))
        assert (size, element, element_size) == (5, 0, 3)
    return number, reference, part, parts, bytes(octets).decode("utf-16-be")


def wait(true, seconds=5.0):
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.005)
    return true()
