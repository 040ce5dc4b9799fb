"""What a message's link opens: seen by GET, acted on by POST, without a login. The path is the key, and in no log."""

from typing import Annotated
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from collector.alerts import taking
from collector.alerts.taking import Came
from collector.api.linkpage import OUTCOMES, PROMISES, STYLE, Shown, refused_page, shown_page
from collector.api.office import Office, OfficeHere
from collector.ledger import Connection, deliveries, incidents
from collector.ledger.deliveries import Delivery

router = APIRouter(include_in_schema=False)
WRONG = "link.wrong", 404
OVER = "link.over", 410
UNCLEAR = "link.unclear", 400


async def _pressed(request: Request) -> dict[str, str]:
    """The fields of a plain form."""
    body = (await request.body()).decode("ascii", "replace")
    return {name: values[-1] for name, values in parse_qs(body).items()}


Pressed = Annotated[dict[str, str], Depends(_pressed)]


@router.get("/a.css")
async def style() -> Response:
    """How the page looks; it names nothing."""
    return Response(STYLE, media_type="text/css", headers={"Cache-Control": "no-cache"})


@router.api_route("/a/{token}", methods=["GET", "HEAD"])
def see(office: OfficeHere, token: str) -> HTMLResponse:
    """Tell, and change nothing: a chat's preview opens every link that it sees."""
    with office.ledger.read() as connection:
        found = _delivery(office, connection, token)
        return _refused(found) if isinstance(found, tuple) else _told(office, connection, found)


@router.post("/a/{token}")
def act(office: OfficeHere, token: str, pressed: Pressed) -> HTMLResponse:
    """Take it, or say what it was."""
    with office.ledger.read() as connection:
        found = _delivery(office, connection, token)
    if isinstance(found, tuple):
        return _refused(found)
    minutes = {str(promise): promise for promise in PROMISES}.get(pressed.get("minutes", ""))
    outcome = next((outcome for outcome in OUTCOMES if outcome == pressed.get("outcome")), None)
    now_ms = office.now_ms()
    with office.ledger.begin() as connection:
        if minutes is not None:
            came = taking.take(connection, found, minutes, now_ms)
        elif outcome is not None:
            came = taking.close(connection, found, outcome, now_ms)
        else:
            return _refused(UNCLEAR)
        return _told(office, connection, found, came)


def _delivery(office: Office, connection: Connection, token: str) -> Delivery | tuple[str, int]:
    """The message of a link, or why there is none; only who wrote the token can tell whether it ever was one."""
    opened = office.links.opened(token) if office.links else None
    if opened is None:
        return WRONG
    if opened.until_ms <= office.now_ms():
        return OVER
    return deliveries.find(connection, opened.delivery) or OVER


def _told(office: Office, connection: Connection, delivery: Delivery, came: Came | None = None) -> HTMLResponse:
    told = taking.told_of(connection, delivery)
    if not told:
        return _refused(OVER)
    events = [incidents.timeline(connection, one.id) for one in told]
    settings = office.settings
    known = {*(person.id for person in settings.people), *(channel.name for channel in settings.channels)}
    return HTMLResponse(shown_page(Shown(told, events, known, office.zone, delivery.kind == "digest", came)))


def _refused(why: tuple[str, int]) -> HTMLResponse:
    word, status = why
    return HTMLResponse(refused_page(word), status)
