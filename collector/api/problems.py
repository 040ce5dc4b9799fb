"""Every error as problem JSON (RFC 9457)."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from kadian.text import say

MEDIA_TYPE = "application/problem+json"
KNOWN = {404: "http.nothing", 405: "http.method"}
"""What the framework refuses by itself, in words of our own."""


class Problem(BaseModel):
    """What went wrong, in the form of RFC 9457."""

    type: str = Field("about:blank", description="about:blank: the status says what kind of problem it is")
    title: str = Field(description="the status in words")
    status: int = Field(description="the HTTP status")
    detail: str = Field(description="what is wrong and, where it can be told, what to do: in Chinese, then in English")
    instance: str = Field(description="the path that was asked for")


class Failed(Exception):  # noqa: N818 - an answer, not a mistake of the program
    """Ends a route with a problem: the HTTP status and one sentence in both languages."""

    def __init__(self, status: int, detail: str, headers: dict[str, str] | None = None) -> None:
        self.status = status
        self.detail = detail
        self.headers = headers
        super().__init__(detail)


class ProblemResponse(JSONResponse):
    """An answer of problem JSON."""

    media_type = MEDIA_TYPE


def both(key: str, **values: Any) -> str:
    """A sentence of the catalogue in Chinese and in English."""
    return f"{say(key, 'zh', **values)} {say(key, 'en', **values)}"


def problem(path: str, status: int, detail: str, headers: dict[str, str] | None = None) -> ProblemResponse:
    """The answer that tells of a problem at `path`."""
    told = Problem(type="about:blank", title=HTTPStatus(status).phrase, status=status, detail=detail, instance=path)
    return ProblemResponse(told.model_dump(), status, headers)


def sentence(errors: Sequence[Any]) -> str:
    """Pydantic's errors as one line, without the values that were sent: they may be personal."""
    return "; ".join(f"{'.'.join(str(part) for part in error['loc'])}: {error['msg']}" for error in errors)


def tell_problems(app: FastAPI) -> None:
    """Answer every known failure of a route with problem JSON. What is not known is the guard's."""

    @app.exception_handler(Failed)
    async def _failed(request: Request, failed: Failed) -> ProblemResponse:
        return problem(request.url.path, failed.status, failed.detail, failed.headers)

    @app.exception_handler(HTTPException)
    async def _refused(request: Request, error: HTTPException) -> ProblemResponse:
        headers = dict(error.headers) if error.headers else None
        key = KNOWN.get(error.status_code)
        detail = both(key, path=request.url.path) if key else str(error.detail)
        return problem(request.url.path, error.status_code, detail, headers)

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> ProblemResponse:
        return problem(request.url.path, 422, both("http.not_right", what=sentence(error.errors())))
