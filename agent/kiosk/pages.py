"""The files of the page: what lies in `page` and `voice`, and the sentences of both languages."""

import json
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from kadian.text import catalogue

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".mp3": "audio/mpeg",
    ".svg": "image/svg+xml",
}
SPOKEN = ("kiosk.", "reason.", "code.status.", "K044", "K045", "K0465", "K0481")
"""What the page says: its own sentences, reasons, what a code is worth, why the gate or its outbox refused an act."""


class Page(NamedTuple):
    """A file's content type and bytes."""

    kind: str
    body: bytes


@cache
def page(path: str) -> Page | None:
    """The file of a path, or None. Only what is listed in the two folders is ever read."""
    return _all().get(path)


@cache
def _all() -> dict[str, Page]:
    found = {}
    for folder, prefix in (("page", "/"), ("voice", "/voice/")):
        for file in files("agent.kiosk").joinpath(folder).iterdir():
            suffix = file.name[file.name.rfind(".") :]
            if suffix in TYPES:
                found[prefix + file.name] = Page(TYPES[suffix], file.read_bytes())
    for language in ("zh", "en"):
        sentences = {key: text for key, text in catalogue(language).items() if key.startswith(SPOKEN)}
        found[f"/text/{language}.json"] = Page("application/json", json.dumps(sentences, ensure_ascii=False).encode())
    found["/"] = found["/index.html"]
    return found
