"""Tells an outside recorder, line by line, what is on disk: for measuring from outside whether anything gets lost."""

import json
import time
from pathlib import Path
from typing import TextIO

import structlog

from kadian.errors import KadianError
from kadian.messages import Screening

log = structlog.get_logger(__name__)


class Recorder:
    """One JSON line a screening of a person, after it is on disk. None is written without a path.

    Raises:
        KadianError: K0457 the file cannot be written.
    """

    def __init__(self, path: str | None) -> None:
        try:
            self._file = _lines(path) if path is not None else None
        except OSError as error:
            raise KadianError("K0457", str(path), reason=error.strerror or str(error)) from error

    def tell(self, screening: Screening, frame_monotonic: float) -> None:
        """Writes the line.

        Args:
            screening: what is on disk.
            frame_monotonic: when its last byte or picture came in (monotonic seconds).
        """
        if self._file is None or screening.registration is not None:
            return
        line = {
            "epoch": screening.epoch,
            "seq": screening.seq,
            "id": str(screening.id),
            "verdict": screening.verdict,
            "at_monotonic": time.monotonic(),
            "frame_monotonic": frame_monotonic,
        }
        try:
            self._file.write(json.dumps(line) + "\n")
            self._file.flush()
        except OSError as error:
            # The screening is on disk; a measurement of it is not worth the gate.
            log.warning("recorder_failed", seq=screening.seq, reason=str(error))

    def close(self) -> None:
        """Lets go of the file."""
        if self._file is not None:
            self._file.close()


def _lines(path: str) -> TextIO:
    return Path(path).open("a", encoding="utf-8")
