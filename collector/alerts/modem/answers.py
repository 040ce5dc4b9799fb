"""What a modem says: bytes in, lines and final results out, no I/O.

A line is framed by CR LF on both sides; between the lines of an answer there may be others that nobody asked for
(`+CMTI: …`, `+CREG: …`, `RING`), and before `ATE0` the echo of what was sent. The prompt for a message's text is
CR LF > blank, without an end (3GPP TS 27.005, 3.5.1); some modems leave the blank away or add CR LF
(gammu/gammu#1176, SIM7670G).
"""

import re
from typing import Literal

import msgspec

PROMPT = ">"
MOST_BYTES = 1024
"""Of a line; the longest that is expected is the echo of a message, 360."""
FAILED = re.compile(r"\+CM(E|S|GS) ERROR: *(\d{1,5})?")
"""`+CMGS ERROR` is Fibocom's."""
REGISTERED = re.compile(r"\+C(?:E|G)?REG: *\d+, *(\d+)")
ON_A_NETWORK = {1, 5, 6, 7, 9, 10}
"""Home or roaming; 6 and 7: for text messages alone; 9 and 10: with calls as second choice (TS 27.007, 7.2)."""
TRIES = re.compile(r"\+CPINR: *\"?SIM PIN\"?, *(\d+)")
UNKNOWN = {"cme": 100, "cms": 500}
"""The codes of an error that is not known."""


class Final(msgspec.Struct, frozen=True):
    """How a command ended.

    `error`: without a code; `code`: of `+CME ERROR` (TS 27.007, 9.2) or `+CMS ERROR` (TS 27.005, 3.2.5).
    """

    kind: Literal["ok", "error", "cme", "cms"]
    code: int = 0


class Answers:
    """Collects bytes until they are lines."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[str]:
        """The lines that are complete with these bytes, and `PROMPT` for each prompt; empty lines are left out."""
        self._rest += data
        found = []
        while True:
            self._rest = self._rest.lstrip(b"\r\n\0 ")
            if self._rest.startswith(PROMPT.encode()):
                self._rest = self._rest[1:]
                found.append(PROMPT)
                continue
            line, end, rest = self._rest.replace(b"\n", b"\r").partition(b"\r")
            if not end:
                # What is so long is noise; its end must not be taken for a line.
                self._rest = self._rest if len(self._rest) <= MOST_BYTES else b"?"
                return found
            self._rest = rest
            found.append(line.decode("ascii", "replace").strip())


def final(line: str) -> Final | None:
    """How a command ended, if the line says so."""
    if line == "OK":
        return Final("ok")
    if failed := FAILED.match(line):
        kind: Literal["cme", "cms"] = "cme" if failed[1] == "E" else "cms"
        return Final(kind, int(failed[2]) if failed[2] else UNKNOWN[kind])
    # The second is Huawei's.
    return Final("error") if line in {"ERROR", "COMMAND NOT SUPPORT"} else None


def on_a_network(lines: list[str]) -> bool | None:
    """Whether the modem is on a network, by its answers to `AT+CREG?` and `AT+CEREG?`; None: they do not tell."""
    states = [int(found[1]) for line in lines if (found := REGISTERED.match(line))]
    return any(state in ON_A_NETWORK for state in states) if states else None


def tries_left(lines: list[str]) -> int | None:
    """How often the PIN may be entered, by the answer to `AT+CPINR` (TS 27.007, 8.65); None: it does not tell."""
    return next((int(found[1]) for line in lines if (found := TRIES.match(line))), None)
