"""A process of its own for Apprise, run by path: JSON on standard input, JSON on standard output, nothing beside.

In: `url`, and unless only the URL is asked about `title`, `body` and `kind` (`info`, `warning`). Out: `known`, whether
Apprise has a service for the URL and can read it; `sent`, what it says of the message; `code`, the service's HTTP
status if Apprise tells one.

It imports nothing of kadian's. What Apprise logs has addresses and keys in it, and goes nowhere.
"""

import json
import logging
import os
import re
import sys
from typing import Any

ERROR = re.compile(r"error=(\d{3})\b")


class Codes(logging.Handler):
    """Keeps the last HTTP status that was logged, and nothing else of it."""

    code: int | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Reads one line of the log."""
        if found := ERROR.search(record.getMessage()):
            self.code = int(found[1])


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    """What Apprise makes of it."""
    from apprise import Apprise, AppriseAsset

    codes = Codes()
    log = logging.getLogger("apprise")
    log.handlers, log.propagate = [codes], False
    asset = AppriseAsset(
        app_id="kadian",
        app_desc="kadian",
        app_url="",
        async_mode=False,
        # A redirect would carry the message somewhere nobody configured; a phone would ask GitHub for the pictures.
        http_redirects=False,
        image_url_mask="",
        image_url_logo="",
        storage_mode="memory",
        # Whoever started this process ends it in time.
        service_timeout=0,
    )
    service = Apprise.instantiate(asked["url"], asset=asset)
    if service is None:
        return {"known": False}
    if "body" not in asked:
        return {"known": True}
    sender = Apprise(asset=asset)
    sender.add(service)
    told = sender.notify(body=asked["body"], title=asked["title"], notify_type=asked["kind"], body_format="text")
    return {"known": True, "sent": bool(told), "code": codes.code}


def main() -> None:
    """One question."""
    out = os.dup(1)
    # Whatever a service's plugin prints is no answer.
    os.dup2(2, 1)
    told = answer(json.load(sys.stdin))
    os.write(out, json.dumps(told).encode())


if __name__ == "__main__":
    main()
