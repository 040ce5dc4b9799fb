"""One screening as a row of the ledger, and back. Pure."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import RowMapping

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


def screening_of(row: RowMapping) -> Screening:
    """The screening that `row_of` made the row of; the row brings the name of its `epoch` beside its columns."""
    return Screening(
        id=row["id"],
        epoch=row["epoch"],
        seq=row["seq"],
        at=datetime.fromisoformat(row["at"]),
        clock=row["clock"],
        verdict=row["verdict"],
        temperature=_temperature(row),
        code=_code(row),
        reasons=msgspec.json.decode(row["reasons"], type=tuple[str, ...]),
        operator=row["operator"],
        remeasure_of=row["remeasure_of"],
        unattended=bool(row["unattended"]),
    )


def _temperature(row: RowMapping) -> Temperature | None:
    if row["celsius"] is None:
        return None
    return Temperature(
        celsius=row["celsius"],
        kind=row["kind"],
        site=row["body_site"],
        surface=row["surface"],
        ambient=row["ambient"],
        conversion=row["conversion"],
        samples=row["samples"],
        spread=row["spread"],
        device=row["device"],
        quality=row["quality"],
    )


def _code(row: RowMapping) -> Code | None:
    if row["code_format"] is None:
        return None
    return Code(
        format=row["code_format"],
        status=row["code_status"],
        holder=row["holder"],
        colour=row["colour"],
        expires=row["expires"],
    )
