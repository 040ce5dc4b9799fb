import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

import structlog
from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool
from starlette.types import Message, Receive, Scope, Send

from collector.api.bell import Bell
from collector.api.news import News, Reader, reader_at
from collector.api.office import OfficeHere
from collector.api.problems import Failed, Problem, both

log = structlog.get_logger(__name__)
router = APIRouter(prefix="/api/v1/stream", tags=["stream"])
HEARTBEAT = 15.0
"""Seconds of silence after which a comment proves the connection."""
AGAIN_MS = 2000
"""After how many milliseconds a browser that lost the stream comes again."""
SOON = 0.5
"""Seconds after which a stream looks again by itself at what it was too early to read."""
PATIENCE = 30.0
"""Seconds in which a browser has to take what was written; one that takes nothing gives its place to others."""
EXAMPLE = "event: screening\nid: 4711-12\ndata: {…}\n\n"


class _TakesNothing(Exception):  # noqa: N818 - no mistake of the program
    """A browser has not taken anything for long: asleep, or gone without a word."""


class EventStream(StreamingResponse):
    """Server-Sent Events that hold a place among the listeners for as long as they are sent."""

    media_type = "text/event-stream"

    def __init__(self, news: News, bell: Bell, reader: Reader) -> None:
        self._woken: asyncio.Event
        self._bell = bell
        super().__init__(self._events(news, reader), headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the browser or the office ends."""

        async def patient(message: Message) -> None:
            try:
                async with asyncio.timeout(PATIENCE):
                    await send(message)
            except TimeoutError:
                raise _TakesNothing from None

        with self._bell.listener() as self._woken:
            try:
                await super().__call__(scope, receive, patient)
            except* _TakesNothing:
                log.info("stream_takes_nothing", seconds=PATIENCE)

    async def _events(self, news: News, reader: Reader) -> AsyncIterator[bytes]:
        # An id without data is no event, but a browser keeps it: a stream cut before its first event goes on from here.
        yield b"retry: %d\nid: %s\n\n" % (AGAIN_MS, reader.place.encode())
        while not self._bell.closed:
            self._woken.clear()
            events = await run_in_threadpool(news.take, reader)
            if events:
                yield b"".join(events)
            if reader.behind:
                continue
            again = news.again
            try:
                await asyncio.wait_for(self._woken.wait(), SOON if again else HEARTBEAT)
                if not self._bell.closed:
                    await asyncio.sleep(self._bell.pause)
            except TimeoutError:
                if not again:
                    yield b": still here\n\n"


@router.get(
    "",
    response_class=StreamingResponse,
    responses={
        200: {"description": "Server-Sent Events.", "content": {"text/event-stream": {"example": EXAMPLE}}},
        503: {"model": Problem, "description": "Too many streams are open."},
    },
)
def stream(
    request: Request,
    office: OfficeHere,
    last_event_id: Annotated[str | None, Header(description="the `id:` of the last event that was seen")] = None,
    last_seen: Annotated[
        str | None, Query(alias="last_event_id", description="the same, for who cannot set headers")
    ] = None,
) -> EventStream:
    """Events `gate`, `screening` and `alert`, each with the JSON of one gate, screening or alert.

    Every gate is told at the beginning (of a city's, as many as one answer of `/api/v1/gates` holds). With the id of
    the last event that was seen nothing in between is missed; without one the stream begins at now.
    """
    bell: Bell = request.app.state.bell
    if bell.full or bell.closed:
        raise Failed(503, both("http.too_many"), {"Retry-After": "10"})
    return EventStream(request.app.state.news, bell, reader_at(office, last_event_id or last_seen))
