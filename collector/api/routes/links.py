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
    beginning = _opened(office, token)
    if isinstance(beginning, tuple):
        return _refused(beginning)
    with office.ledger.read() as connection:
        found = deliveries.find(connection, beginning)
        return _told(office, connection, found) if found else _refused(OVER)


@router.post("/a/{token}")
def act(office: OfficeHere, token: str, pressed: Pressed) -> HTMLResponse:
    """Take it, or say what it was."""
    beginning = _opened(office, token)
    if isinstance(beginning, tuple):
        return _refused(beginning)
    minutes = {str(promise): promise for promise in PROMISES}.get(pressed.get("minutes", ""))
    outcome = next((outcome for outcome in OUTCOMES if outcome == pressed.get("outcome")), None)
    if minutes is None and outcome is None:
        return _refused(UNCLEAR)
    now_ms = office.now_ms()
    with office.ledger.begin() as connection:
        # Read in here: of two taps the second must see what the first did.
        found = deliveries.find(connection, beginning)
        if found is None:
            return _refused(OVER)
        if minutes is not None:
            came = taking.take(connection, found, minutes, now_ms)
        else:
            came = taking.close(connection, found, outcome or OUTCOMES[0], now_ms)
        return _told(office, connection, found, came)


def _opened(office: Office, token: str) -> str | tuple[str, int]:
    """How the id of a link's message begins, or why there is none: before the ledger is asked."""
    opened = office.links.opened(token) if office.links else None
    if opened is None:
        return WRONG
    return opened.delivery if opened.until_ms > office.now_ms() else OVER


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
