from fastapi import APIRouter
from pydantic import BaseModel, Field

from collector.api.office import OfficeHere
from collector.api.paging import cursor_of, place_of
from collector.api.questions import Cursor, Limit
from collector.api.times import iso
from collector.ledger import rejects

router = APIRouter(prefix="/api/v1/rejects", tags=["office"])


class RejectAnswer(BaseModel):
    """One message that was refused."""

    position: int
    received_at: str
    topic: str
    reason: str
    excerpt: str = Field(description="the first 512 bytes as text; what is not UTF-8 is shown as \\xNN")
    gate: str | None
    epoch: str | None
    seq: int | None


class RejectPage(BaseModel):
    """Refused messages, newest first; `next_cursor` leads to older ones, null at the end."""

    items: list[RejectAnswer]
    next_cursor: str | None


@router.get("")
def page(office: OfficeHere, limit: Limit = 100, cursor: Cursor = None) -> RejectPage:
    """Messages that the office refused, with the reason."""
    place = place_of(cursor, tuple[int])
    with office.ledger.read() as connection:
        found = rejects.page(connection, limit + 1, place[0] if place else None)
    items = [
        RejectAnswer(
            position=reject.position,
            received_at=iso(reject.received_ms, office.zone),
            topic=reject.topic,
            reason=reject.reason,
            excerpt=reject.excerpt.decode("utf-8", "backslashreplace"),
            gate=reject.gate,
            epoch=reject.epoch,
            seq=reject.seq,
        )
        for reject in found[:limit]
    ]
    more = len(found) > limit
    return RejectPage(items=items, next_cursor=cursor_of((items[-1].position,)) if more else None)
