"""One screening as a row of the ledger, and back. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import msgspec

from collector.ledger.tables import screenings
from kadian.messages import Code, Screening, Temperature

_BEGIN = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_NO_TEMPERATURE = (None,) * 10
_NO_CODE = (None,) * 5


def milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970 (UTC) of a moment with an offset."""
    return (moment - _BEGIN) // _MILLISECOND


def moment(ms: int) -> datetime:
    """The moment (UTC) that is so many milliseconds after 1970."""
    return _BEGIN + ms * _MILLISECOND


COLUMNS = tuple(column.name for column in screenings.columns if column.name != "position")


def row_of(gate: str, life: int, screening: Screening, received_ms: int) -> tuple[Any, ...]:
    """The values of `COLUMNS`, in their order; `life` is the number of the gate's epoch."""
    return (
        screening.id,
        gate,
        life,
        screening.seq,
        screening.at.isoformat(),
        milliseconds(screening.at),
        received_ms,
        screening.clock,
        screening.verdict,
        _text(screening.reasons),
        *_temperature_values(screening.temperature),
        *_code_values(screening.code),
        screening.operator,
        screening.remeasure_of,
        1 if screening.unattended else None,
        1 if screening.drained else None,
    )


@lru_cache(maxsize=1024)
def _text(reasons: tuple[str, ...]) -> str:
    return msgspec.json.encode(reasons).decode()


def _temperature_values(temperature: Temperature | None) -> tuple[Any, ...]:
    """From `celsius` to `quality`."""
    if temperature is None:
        return _NO_TEMPERATURE
    return (
        temperature.celsius,
        temperature.kind,
        temperature.site,
        temperature.surface,
        temperature.ambient,
        temperature.conversion,
        temperature.samples,
        temperature.spread,
        temperature.device,
        temperature.quality,
    )


def _code_values(code: Code | None) -> tuple[Any, ...]:
    """From `code_format` to `expires`."""
    if code is None:
        return _NO_CODE
    return code.format, code.status, code.person, code.colour, code.expires


def screening_of(row: Sequence[Any]) -> Screening:
    """The screening that `row_of` made the row of: all columns of the table, in its order, and the epoch's name.

    By place: a follower meets thousands a second, and looking up each column by its name took twice as long.
    """
    _, id_, _, _, seq, at, _, _, clock, verdict, reasons, *more, operator, earlier, unattended, drained, epoch = row
    celsius, kind, site, surface, ambient, conversion, samples, spread, device, quality, *code = more
    return Screening(
        id_,
        epoch,
        seq,
        datetime.fromisoformat(at),
        clock,
        verdict,
        None
        if celsius is None
        else Temperature(celsius, kind, site, surface, ambient, conversion, samples, spread, device, quality),
        None if code[0] is None else Code(*code),
        _reasons(reasons),
        operator,
        earlier,
        bool(unattended),
        drained=bool(drained),
    )


@lru_cache(maxsize=1024)
def _reasons(text: str) -> tuple[str, ...]:
    return msgspec.json.decode(text, type=tuple[str, ...])
