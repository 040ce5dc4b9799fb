"""What the body of an HTTP answer says: many services answer 200 with an error inside. Pure."""

import json
from collections.abc import Mapping
from typing import Any

REASONS = (
    "errmsg",
    "errorDescription",
    "message",
    "msg",
    "Message",
    "StatusMessage",
    "error",
    "reason",
    "description",
    "info",
)
"""Fields in which services say what is wrong, the one that says most first."""


def complaint(body: bytes) -> str | None:
    """The service's own words when its JSON says that it failed, by `errcode`, `code` or `ok`; None when it does not.

    `errcode` is good at 0; `code` at 0, at 200 to 299 and at a word such as `ok`; `ok` at anything that is true. A body
    that is no JSON object says nothing.
    """
    answer = fields_of(body)
    for key, good in (("errcode", _errcode), ("code", _code), ("ok", bool)):
        if key in answer and answer[key] is not None and not good(answer[key]):
            return f"{key} {answer[key]}: {words_of(answer)}"[:200]
    return None


def fields_of(body: bytes) -> dict[str, Any]:
    """The body as a JSON object; empty when it is none."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def words_of(fields: Mapping[str, Any]) -> str:
    """What the first of these fields that says anything says."""
    return next((str(fields[name]) for name in REASONS if fields.get(name)), "")


def _errcode(value: Any) -> bool:
    return str(value).strip() == "0"


def _code(value: Any) -> bool:
    word = str(value).strip().lower()
    if word.lstrip("-").isdigit():
        return int(word) == 0 or 200 <= int(word) < 300
    return word in {"ok", "success", "true"}
