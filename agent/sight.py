"""The camera's side of the gate: frames, codes in them, and what they are worth."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from kadian.messages import CameraHealth, Code
from kadian.messages.telemetry import DeviceState

if TYPE_CHECKING:  # numpy comes with them: 15 MB that a gate without a camera is spared
    from agent.scanner.found import Found
    from agent.scanner.pictures import Image
    from agent.scanner.source import Source

REMEMBER_SECONDS = 3.0
"""A code in view is judged once; out of view for longer, it is judged anew."""


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
        self._source = source
        self._look = look
        self._read = read
        self._on_code = on_code
        self._codes = 0
        self._known: dict[str, tuple[Code | None, float]] = {}

    @property
    def state(self) -> DeviceState:
        """`ok`, `silent` (open, but no picture for a while) or `lost`."""
        return self._source.state

    def health(self) -> CameraHealth:
        """For the telemetry."""
        return CameraHealth(state=self.state, frames=self._source.count, codes=self._codes)

    def run(self, stop: threading.Event) -> None:
        """Looks until stopped."""
        for frame in self._source.frames(stop):
            for found in self._look(frame.image, frame.at):
                code = self._code(found.text, frame.at)
                if code is not None:
                    self._on_code(code, frame.at)

    def _code(self, text: str, at: float) -> Code | None:
        self._known = {known: seen for known, seen in self._known.items() if at - seen[1] <= REMEMBER_SECONDS}
        if text in self._known:
            code = self._known[text][0]
        else:
            code = self._read(text)
            self._codes += 1
        self._known[text] = (code, at)
        return code
