"""Answers that are encoded straight from what the office has, without being checked a second time."""

from typing import Any

import msgspec
from fastapi import Response

_encoder = msgspec.json.Encoder()


def encoded(answer: Any) -> Response:
    """An answer of JSON. Its shape is the route's `response_model`, which describes it; a test compares the two."""
    return Response(_encoder.encode(answer), media_type="application/json")
