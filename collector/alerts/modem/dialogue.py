"""The talk with a modem: wakes it, unlocks its SIM card, hands messages over. AT commands of 3GPP TS 27.005 and 27.007.

Nothing is sent while a message is on its way: on some modems any byte cuts its answer off (Fibocom G5/G6 manual).
"""

import time
from collections.abc import Callable
from typing import Literal

import msgspec

from collector.alerts.modem.answers import PROMPT, Answers, Final, final, on_a_network, tries_left
from collector.alerts.modem.pdu import octets
from collector.alerts.modem.port import Port

ESC = b"\x1b"
CTRL_Z = b"\x1a"
QUIET_SECONDS = 0.2
"""So long nothing comes when a modem has said all that was left of a talk before."""
WAKE_SECONDS = 2.0
WAKE_TRIES = 3
COMMAND_SECONDS = 5.0
PIN_SECONDS = 10.0
NETWORK_SECONDS = 120.0
"""For what the network says to one part; mostly it takes 2 to 6. Modems themselves give up after 60 to 120."""
TOGETHER = 300.0
"""For all of a talk: no part is handed over that could not be waited for."""
LAST_TRIES = 2
"""With fewer left the PIN is not entered: a third wrong one locks the card, and only its PUK opens it."""
WRONG_PIN = {Final("cme", 16), Final("cme", 12), Final("error")}
"""Incorrect password; PUK wanted, after the last try; what an old modem says to both."""

Trouble = Literal["silent", "lost", "pin_missing", "pin_wrong", "puk"]


class Failed(msgspec.Struct, frozen=True):
    """Why a step did not succeed: what the modem said, or a word.

    `silent`: it did not answer, and no message was handed over; `lost`: one was, and it may have been sent;
    `pin_missing`, `pin_wrong`, `puk`: what the SIM card wants.
    """

    why: Trouble | Final


class Modem:
    """One talk over an open port.

    Args:
        port: open.
        clock: seconds, never back.
    """

    def __init__(self, port: Port, clock: Callable[[], float] = time.monotonic) -> None:
        self._port = port
        self._clock = clock
        self._end = clock() + TOGETHER
        self._answers = Answers()
        self._lines: list[str] = []

    def wake(self, pin: str | None) -> Failed | None:
        """Whatever the modem was left in, it takes messages afterwards; None: it does.

        Raises:
            Gone: the port is.
        """
        if not self._roused():
            return Failed("silent")
        self._ask("AT+CMEE=1")
        if failed := self._unlock(pin):
            return failed
        return self._done(self._ask("AT+CMGF=0")[0])

    def send(self, pdu: str) -> Failed | None:
        """Hands one part over; None: the network has taken it.

        Raises:
            Gone: the port is. If that was after the part was handed over, it may have been sent.
        """
        if self._end - self._clock() < NETWORK_SECONDS:
            return Failed("silent")
        found, _ = self._ask(f"AT+CMGS={octets(pdu)}", until_prompt=True)
        if found != PROMPT:
            return Failed(found) if isinstance(found, Final) and found.kind != "ok" else Failed("silent")
        self._port.write(pdu.encode() + CTRL_Z)
        found, lines = self._hear(NETWORK_SECONDS)
        if isinstance(found, Final) and found.kind != "ok":
            return Failed(found)
        # An OK alone is the answer to a message that was given up.
        return None if found and any(line.startswith("+CMGS:") for line in lines) else Failed("lost")

    def on_a_network(self) -> bool | None:
        """Whether the modem is on a network; None: it does not say.

        Raises:
            Gone: the port is.
        """
        return on_a_network([line for command in ("AT+CREG?", "AT+CEREG?") for line in self._ask(command)[1]])

    def _roused(self) -> bool:
        for _ in range(WAKE_TRIES):
            # First of all: what is half written at the prompt of another talk is given up, never sent.
            self._port.write(ESC)
            self._drain()
            self._port.write(b"\rATE0Q0V1\r")
            end = self._clock() + WAKE_SECONDS
            while self._clock() < end:
                if "OK" in self._answers.feed(self._port.read()):
                    # Of a message that was on its way then the answer may still come.
                    self._drain()
                    return True
        return False

    def _drain(self) -> None:
        quiet = self._clock() + QUIET_SECONDS
        most = quiet + WAKE_SECONDS
        while self._clock() < min(quiet, most):
            if self._answers.feed(self._port.read()):
                quiet = self._clock() + QUIET_SECONDS
        self._lines = []

    def _unlock(self, pin: str | None) -> Failed | None:
        found, lines = self._ask("AT+CPIN?")
        if not isinstance(found, Final) or found.kind in {"cme", "cms"}:
            return self._done(found)
        state = next((line.partition(":")[2].strip() for line in lines if line.startswith("+CPIN:")), "READY")
        if state == "READY":
            return None
        return self._enter(pin) if state == "SIM PIN" else Failed("puk")

    def _enter(self, pin: str | None) -> Failed | None:
        if pin is None:
            return Failed("pin_missing")
        left = tries_left(self._ask("AT+CPINR")[1])
        if left is not None and left < LAST_TRIES:
            return Failed("pin_wrong")
        found, _ = self._ask(f'AT+CPIN="{pin}"', PIN_SECONDS)
        return Failed("pin_wrong") if found in WRONG_PIN else self._done(found)

    @staticmethod
    def _done(found: Final | str | None) -> Failed | None:
        if not isinstance(found, Final):
            return Failed("silent")
        return None if found.kind == "ok" else Failed(found)

    def _ask(
        self, command: str, seconds: float = COMMAND_SECONDS, *, until_prompt: bool = False
    ) -> tuple[Final | str | None, list[str]]:
        self._lines = []
        self._port.write(command.encode() + b"\r")
        return self._hear(seconds, until_prompt=until_prompt)

    def _hear(self, seconds: float, *, until_prompt: bool = False) -> tuple[Final | str | None, list[str]]:
        """How it ended (None: not in time) and the lines before."""
        end = min(self._clock() + seconds, self._end)
        before: list[str] = []
        while True:
            while self._lines:
                line = self._lines.pop(0)
                if until_prompt and line == PROMPT:
                    return PROMPT, before
                if found := final(line):
                    return found, before
                before.append(line)
            if self._clock() >= end:
                return None, before
            self._lines = self._answers.feed(self._port.read())
