"""The pages that are built from dashboard/, and the page that describes the calls."""

from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, PlainTextResponse

from collector.api.problems import Failed, both
from collector.api.reference import STYLE, reference

PAGES = Path(__file__).parents[1] / "pages"
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
NOT_BUILT = (
    "网页还没有生成：请在源码目录运行 make pages，再刷新本页。接口照常工作，说明在 /docs。\n"
    "The pages have not been built: run make pages in the source folder and reload. The interface works; see /docs.\n"
)
router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def docs(request: Request) -> HTMLResponse:
    """The calls of this office, without a script and without a network."""
    described: dict[str, Any] = request.app.openapi()
    return HTMLResponse(reference(described), headers={"Cache-Control": ASK_AGAIN})


@router.get("/docs.css")
async def docs_style() -> Response:
    """How the page above looks."""
    return Response(STYLE, media_type="text/css", headers={"Cache-Control": ASK_AGAIN})


@router.get("/")
def index() -> Response:
    """The office's page."""
    page = PAGES / "index.html"
    if not page.is_file():
        return PlainTextResponse(NOT_BUILT, 503)
    return FileResponse(page, headers={"Cache-Control": ASK_AGAIN})


@router.get("/{path:path}")
def file(path: str) -> Response:
    """A file of the pages. Those in assets/ carry a hash of their content in their name, so they never change."""
    wanted = _inside(path)
    if wanted is None:
        raise Failed(404, both("http.nothing", path=f"/{path}"))
    hashed = path.startswith("assets/")
    return FileResponse(wanted, headers={"Cache-Control": FOR_EVER if hashed else ASK_AGAIN})


def _inside(path: str) -> Path | None:
    try:
        wanted = (PAGES / path).resolve()
        return wanted if wanted.is_relative_to(PAGES.resolve()) and wanted.is_file() else None
    except (OSError, ValueError):  # a name too long for the disk, or with a NUL in it
        return None
