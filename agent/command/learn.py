"""`kadian thermometer --learn`: a person shows an unknown thermometer some known values; its frame is written down."""

import json
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import click
from msgspec.structs import replace

from agent.thermometer.learned import driver
from agent.thermometer.learning import Capture, Deduced, Profile, Unsure, deduce
from agent.wire import Gone
from agent.wire.port import open_port
from kadian.errors import KadianError
from kadian.messages import TemperatureKind
from kadian.text import say

DEFAULT_BAUD = 9600
MOST_VALUES = 12
BURST_SECONDS = 1.0
"""A pause so long separates one measurement from the next."""

STREAM_SECONDS = 3.0
STREAM_KEPT_SECONDS = 1.5
"""A device that talks without a pause for longer than the first is a stream: of it only the last moments count."""

QUIET_SECONDS, LONGEST_WAIT_SECONDS = 0.4, 2.0
MOST_BYTES = 2048
STILL_SECONDS = 3.0

TAUGHT: tuple[TemperatureKind, ...] = ("body_estimate", "surface", "ambient")


class Ear:
    """Hears a port in a thread of its own, and sends nothing.

    Raises:
        KadianError: the port cannot be opened.
    """

    def __init__(self, port: str, baud: int) -> None:
        self.gone: str | None = None
        self._line = open_port(port, baud)
        self._pieces: list[tuple[float, bytes]] = []
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._hear, daemon=True)
        self._thread.start()

    def take(self) -> bytes:
        """The last measurement, once the line is quiet or goes on too long; what was heard is forgotten."""
        began = time.monotonic()
        while (now := time.monotonic()) - began < LONGEST_WAIT_SECONDS and self.gone is None:
            with self._lock:
                last = self._pieces[-1][0] if self._pieces else began
            if now - last > QUIET_SECONDS and now - began > QUIET_SECONDS:
                break
            time.sleep(0.02)
        with self._lock:
            pieces, self._pieces = self._pieces, []
        return last_measurement(pieces)

    def during(self, seconds: float) -> bytes:
        """What comes in so many seconds from now on."""
        with self._lock:
            self._pieces.clear()
        time.sleep(seconds)
        with self._lock:
            return b"".join(data for _, data in self._pieces)

    def close(self) -> None:
        """Ends."""
        self._stop.set()
        self._thread.join()
        self._line.close()

    def _hear(self) -> None:
        while not self._stop.is_set():
            try:
                piece = self._line.read()
            except Gone as gone:
                self.gone = str(gone)
                return
            if piece:
                with self._lock:
                    self._pieces.append((time.monotonic(), piece))


def last_measurement(pieces: Sequence[tuple[float, bytes]]) -> bytes:
    """Of what came (moment in seconds, bytes), the last burst; of a stream, its last moments."""
    first = len(pieces)
    while first > 0 and (first == len(pieces) or pieces[first][0] - pieces[first - 1][0] < BURST_SECONDS):
        first -= 1
    burst = pieces[first:]
    if burst and burst[-1][0] - burst[0][0] > STREAM_SECONDS:
        burst = [piece for piece in burst if burst[-1][0] - piece[0] <= STREAM_KEPT_SECONDS]
    return b"".join(data for _, data in burst)[-MOST_BYTES:]


def learn(port: str, baud: int | None, kind: TemperatureKind | None, path: Path) -> None:
    """Asks for values until the frame is known, and writes the profile.

    Raises:
        KadianError: the port fails, K0240 it cannot be learned, K0241 the profile cannot be written.
    """
    if path.exists():
        raise KadianError("K0241", str(path), reason=say("learn.exists", "zh") + " " + say("learn.exists", "en"))
    speed = baud or DEFAULT_BAUD
    ear = Ear(port, speed)
    try:
        _tell("learn.begin")
        asked = kind or click.prompt(_both("learn.kind"), type=click.Choice(TAUGHT), err=True)
        found = _teach(ear, port, cast("TemperatureKind", asked), speed)
        profile = replace(found.profile, on_demand=not _speaks_by_itself(ear, found.profile))
    finally:
        ear.close()
    write(path, profile)
    _tell("learn.done", picture=profile.line or (profile.frame.picture if profile.frame else ""))
    _tell("learn.use", path=path, port=port)
    if not profile.on_demand:
        _tell("learn.stream")
    elif profile.agree > 1:
        _tell("learn.agree", agree=profile.agree)


def _speaks_by_itself(ear: Ear, profile: Profile) -> bool:
    """Whether frames come while nobody measures: then one frame is no finished measurement."""
    _tell("learn.still")
    parser = driver(profile).make_parser()
    parser.feed(ear.during(STILL_SECONDS))
    parser.settle()
    return parser.counts.good > 0


def _teach(ear: Ear, port: str, kind: TemperatureKind, baud: int) -> Deduced:
    captures: list[Capture] = []
    unsure = Unsure("few")
    while len(captures) < MOST_VALUES:
        shown = _ask(len(captures) + 1)
        if shown is None:
            break
        data = ear.take()
        if ear.gone is not None:
            raise KadianError("K0204", port, reason=ear.gone)
        if not data:
            _tell("learn.silent")
            continue
        captures.append(Capture(data, shown))
        _tell("learn.heard", bytes=len(data))
        answer = deduce(captures, kind, baud)
        if isinstance(answer, Deduced):
            return answer
        unsure = answer
        if unsure.wrong is not None:
            _tell("learn.one_wrong", number=unsure.wrong + 1, shown=captures[unsure.wrong].shown)
            del captures[unsure.wrong]
        elif unsure.why != "few":
            _tell(f"learn.{unsure.why}", needed=unsure.needed)
    rivals = "; ".join(unsure.rivals) or "—"
    raise KadianError("K0240", port, values=len({capture.value for capture in captures}), baud=baud, rivals=rivals)


def _ask(number: int) -> str | None:
    """What the display shows, or None when the person has enough."""
    while True:
        try:
            typed = click.prompt(_both("learn.value", number=number), default="", show_default=False, err=True)
        except click.Abort:
            return None
        text = str(typed).strip().replace(",", ".").replace("。", ".").rstrip("°CcFf℃℉ ")
        if not text:
            return None
        whole, _, part = text.partition(".")
        if whole.removeprefix("-").isascii() and whole.removeprefix("-").isdigit() and (not part or part.isdigit()):
            return text
        _tell("learn.no_number", text=text)


def write(path: Path, profile: Profile) -> None:
    """Writes a profile as TOML.

    Raises:
        KadianError: K0241 it cannot be written.
    """
    number, frame = profile.number, profile.frame
    lines = [
        f"# kadian thermometer --learn · {say('learn.file', 'zh')} · {say('learn.file', 'en')}",
        f"title = {_quoted(profile.title)}",
        f"kind = {_quoted(profile.kind)}",
        f"baud = {profile.baud}",
        f"agree = {profile.agree}",
        f"on_demand = {str(profile.on_demand).lower()}",
        *([f"line = {_quoted(profile.line)}"] if profile.line else []),
        f"captured = [{', '.join(_quoted(one) for one in profile.captured)}]",
        "",
        "[number]",
        *(f"{name} = {getattr(number, name)!r}" for name in ("scale", "offset", "low", "high")),
        f"unit = {_quoted(number.unit)}",
    ]
    if frame is not None:
        lines += [
            "",
            "[frame]",
            *(f"{name} = {_quoted(getattr(frame, name))}" for name in ("picture", "encoding", "check")),
        ]
        lines += [f"check_from = {frame.check_from}"]
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write("\n".join(lines) + "\n")
    except OSError as error:
        raise KadianError("K0241", str(path), reason=error.strerror or str(error)) from error


def _quoted(text: str) -> str:
    """A TOML string: JSON's escapes are TOML's."""
    return json.dumps(text, ensure_ascii=False)


def _both(key: str, **values: object) -> str:
    return f"{say(key, 'zh', **values)} · {say(key, 'en', **values)}"


def _tell(key: str, **values: object) -> None:
    click.echo(f"{say(key, 'zh', **values)}\n{say(key, 'en', **values)}", err=True)
