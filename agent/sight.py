"""The camera's side of the gate: frames, codes in them, and what they are worth."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from msgspec import structs

from agent.scanner.seen import Agreed
from kadian.messages import CameraHealth, Code
from kadian.messages.telemetry import DeviceState

if TYPE_CHECKING:  # numpy comes with them: 15 MB that a gate without a camera is spared
    from agent.scanner.found import Found
    from agent.scanner.pictures import Image
    from agent.scanner.source import Source

REMEMBER_SECONDS = 3.0
"""A code in view is judged once; out of view for longer, it is judged anew."""


class Known(NamedTuple):
    """A code in view: what it is worth, when it was last seen, and what its frames say of its colour."""

    code: Code | None
    at: float
    agreed: Agreed


class Sight:
    """Codes seen by one camera. A code's text is known here alone, and forgotten seconds after it has left the view.

    Args:
        source: the camera; it mends itself and says in the log how it is.
        look: the codes in a picture at a moment (monotonic seconds).
        read: what a code's text is worth; None while it is only a part of one.
        on_code: called with each sight of a code and its moment.
    """

    def __init__(
        self,
        source: Source,
        look: Callable[[Image, float], Sequence[Found]],
        read: Callable[[str], Code | None],
        on_code: Callable[[Code, float], None],
    ) -> None:
        from agent.scanner.lens import Lens

        self._source = source
        self._look = look
        self._read = read
        self._on_code = on_code
        self._codes = 0
        self._lens = Lens()
        self._known: dict[str, Known] = {}

    @property
    def state(self) -> DeviceState:
        """`ok`, `silent` (open, but no picture for a while) or `lost`."""
        return self._source.state

    def health(self) -> CameraHealth:
        """For the telemetry."""
        health = CameraHealth(state=self.state, frames=self._source.count, codes=self._codes)
        lens = self._lens.report
        if lens is None:
            return health
        bright, sharp = round(lens.brightness, 1), round(lens.sharpness, 1)
        return structs.replace(health, brightness=bright, sharpness=sharp, lens=lens.state)

    def run(self, stop: threading.Event) -> None:
        """Looks until stopped."""
        for frame in self._source.frames(stop):
            self._lens.note(frame.image, frame.at)
            for found in self._look(frame.image, frame.at):
                code = self._code(found, frame.at)
                if code is not None:
                    self._on_code(code, frame.at)

    def _code(self, found: Found, at: float) -> Code | None:
        self._known = {known: seen for known, seen in self._known.items() if at - seen.at <= REMEMBER_SECONDS}
        seen = self._known.get(found.text)
        if seen is None:
            seen = Known(self._read(found.text), at, Agreed())
            self._codes += 1
        self._known[found.text] = seen._replace(at=at)
        shown, code = seen.agreed.note(found.colour), seen.code
        # What the format itself says of the colour stands; the colour of the picture is shown, not verified.
        return structs.replace(code, colour=shown) if code and shown != "unknown" and not code.colour else code
