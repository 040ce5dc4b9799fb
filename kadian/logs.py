"""One logger for both sides: structured, one line an event, never a name or a code in it."""

import logging
import os
import sys
from typing import TextIO

import structlog


def set_up(part: str, *, stream: TextIO | None = None, level: str | None = None) -> None:
    """Sends every event to standard error: coloured words on a terminal, one JSON object a line elsewhere.

    Args:
        part: which process this is, in each line (`gate e01`, `office`).
        stream: where to, standard error if not given.
        level: `debug`, `info`, `warning` or `error`; else `KADIAN_LOG` in the environment, else `info`.
    """
    out = stream or sys.stderr
    wanted = (level or os.environ.get("KADIAN_LOG", "info")).upper()
    number = logging.getLevelNamesMapping().get(wanted, logging.INFO)
    terminal = out.isatty()
    renderer = (
        structlog.dev.ConsoleRenderer(colors=True)
        if terminal
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%H:%M:%S" if terminal else "iso", utc=not terminal),
            structlog.processors.format_exc_info,
            _named(part),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(out),
        cache_logger_on_first_use=True,
    )
    # Libraries log through the standard module; what they warn of is worth a line.
    logging.basicConfig(
        stream=out, level=max(number, logging.WARNING), format=f"%(levelname)s {part} %(name)s %(message)s"
    )


def _named(part: str) -> structlog.typing.Processor:
    def add(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        event["part"] = part
        return event

    return add
