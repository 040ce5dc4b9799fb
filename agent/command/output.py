"""What the gate's verbs print."""

import json
import sys
from typing import Any


def json_line(row: dict[str, Any]) -> None:
    """One JSON line, at once, in UTF-8 whatever the terminal's own encoding is."""
    sys.stdout.buffer.write(json.dumps(row, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
    sys.stdout.flush()
