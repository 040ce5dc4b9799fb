"""One screening as a row of the ledger, and back. Pure."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import RowMapping

from kadian.messages import Code, Screening, Temperature

_BEGIN = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970 (UTC) of a moment with an offset."""
    return (moment - _BEGIN) // _MILLISECOND


def moment(ms: int) -> datetime:
    """The moment (UTC) that is so many milliseconds after 1970."""
    return _BEGIN + ms * _MILLISECOND


def row_of(gate: str, life: int, screening: Screening, received_ms: int) -> dict[str, Any]:
    """The columns of `tables.screenings` but `position`; `life` is the number of the gate's epoch."""
    temperature = screening.temperature
    code = screening.code
    return {
        "id": screening.id,
        "gate": gate,
        "life": life,
        "seq": screening.seq,
        "at": screening.at.isoformat(),
        "at_ms": milliseconds(screening.at),
        "received_ms": received_ms,
        "clock": screening.clock,
        "verdict": screening.verdict,
        "reasons": msgspec.json.encode(screening.reasons).decode(),
        "celsius": temperature.celsius if temperature else None,
        "kind": temperature.kind if temperature else None,
        "body_site": temperature.site if temperature else None,
        "surface": temperature.surface if temperature else None,
        "ambient": temperature.ambient if temperature else None,
        "conversion": temperature.conversion if temperature else None,
        "samples": temperature.samples if temperature else None,
        "spread": temperature.spread if temperature else None,
        "device": temperature.device if temperature else None,
        "quality": temperature.quality if temperature else None,
        "code_format": code.format if code else None,
        "code_status": code.status if code else None,
        "holder": code.person if code else None,
        "colour": code.colour if code else None,
        "expires": code.expires if code else None,
        "operator": screening.operator,
        "remeasure_of": screening.remeasure_of,
        "unattended": 1 if screening.unattended else None,
        "drained": 1 if screening.drained else None,
    }


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
        drained=bool(row["drained"]),
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
