"""The office's HTTP application."""

from collections.abc import Collection
from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter, FastAPI

from collector.api.bell import Bell
from collector.api.guard import Guard
from collector.api.news import News
from collector.api.office import Office
from collector.api.problems import MEDIA_TYPE, Problem, tell_problems
from collector.api.routes import (
    alerts,
    channels,
    fevers,
    gates,
    health,
    links,
    metrics,
    pages,
    rejects,
    screenings,
    stream,
)
from collector.settings import CollectorSettings

ROUTERS: tuple[APIRouter, ...] = (
    health.router,
    metrics.router,
    screenings.router,
    gates.router,
    fevers.router,
    alerts.router,
    channels.router,
    rejects.router,
    stream.router,
    links.router,
    pages.router,  # the last: it answers whatever no other does
)


OF_CHANGES = {
    "403": "The call came from another site's page.",
    "413": "The body is longer than 65,536 bytes.",
}
"""What the guard answers to calls that change something, besides what the route itself does."""


class Api(FastAPI):
    """FastAPI, whose description of itself tells that errors are problem JSON."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document."""
        if self.openapi_schema:
            return self.openapi_schema
        described = super().openapi()
        for calls in described["paths"].values():
            for method, call in calls.items():
                if not call.get("parameters") and "requestBody" not in call:
                    del call["responses"]["422"]
                if method != "get":
                    call["responses"] |= {status: {"description": why} for status, why in OF_CHANGES.items()}
                for status, answer in call["responses"].items():
                    if status >= "400":
                        answer["content"] = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        for unused in ("HTTPValidationError", "ValidationError"):
            described["components"]["schemas"].pop(unused, None)
        return described


def _names(settings: CollectorSettings) -> Collection[str]:
    """By which the office may be called: those that are set, and the one under which messages send phones here."""
    link = urlsplit(settings.alerts.link or "").hostname
    return (*settings.http.names, *([link] if link else []))


def make_app(office: Office) -> FastAPI:
    """The application over one office: `app.state.office`, and `app.state.bell`, which is closed to end its streams."""
    app = Api(
        title="卡点 kadian",
        summary="Screenings, gates and alerts of one neighbourhood",
        version=office.version,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        redirect_slashes=False,
        responses={
            422: {"model": Problem, "description": "A parameter is not right; `detail` says which and why."},
            421: {"model": Problem, "description": "The office is not called by the name that the call is for."},
            500: {"model": Problem, "description": "The office failed at this."},
        },
    )
    app.state.office = office
    app.state.news = News(office)
    app.state.bell = Bell(office.ledger.changed.listen)
    tell_problems(app)
    for router in ROUTERS:
        app.include_router(router)
    app.add_middleware(Guard, names=_names(office.settings))
    return app
