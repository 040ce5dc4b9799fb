"""`python -m bench [NAME…]`: runs the measurements, prints them, and writes bench/results.json."""

import importlib
import json
import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent
ALL = (
    "messages",
    "thermometers",
    "scanning",
    "gate",
    "replug",
    "budget",
    "office",
    "ingest",
    "questions",
    "pages",
    "alarm",
    "ringing",
    "winter",
    "drain",
    "city",
    "growth",
    "gateway",
    "outbox",
    "network",
    "power",
    "hangs",
    "faults",
    "kills",
    "several",
    "remote",
    "restore",
)
BY_NAME_ALONE = ("soak", "morning")
"""Too long for a run of all."""


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    model = ""
    for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def main() -> None:
    """Runs the named measurements, or all."""
    wanted = sys.argv[1:] or list(ALL)
    unknown = [name for name in wanted if name not in ALL + BY_NAME_ALONE]
    if unknown:
        sys.exit(f"no such measurement: {', '.join(unknown)}; there are {', '.join(ALL + BY_NAME_ALONE)}")
    path = ROOT / "results.json"
    results: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    results["machine"] = machine()
    print(json.dumps(results["machine"]))
    failed = []
    for name in wanted:
        print(f"\n== {name}", flush=True)
        try:
            results[name] = importlib.import_module(f"bench.{name}").run()
        except SystemExit as told:  # what it says is the figure; the others are measured all the same
            print(f"{name}: {told}")
            failed.append(name)
        path.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n", "utf-8")
    if failed:
        sys.exit(f"not as it should be: {', '.join(failed)}")


main()
