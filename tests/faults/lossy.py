"""Every fifth packet to and from the broker dropped, in a network namespace of its own.

`python -m tests.faults.lossy FOLDER SHARE SECONDS GATES` runs inside of it and prints a line of JSON.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from kadian import programs
from tests.faults.crowd import crowd, settle
from tests.faults.oracle import Count
from tests.system.site import Site, free_port, module

INSIDE = """ip link set lo up && for side in s d; do
iptables -A INPUT -i lo -p tcp --${side}port "$1" -m statistic --mode random --probability "$2" -j DROP || exit; done
shift 2 && exec "$@"
"""


class NoLoss(Exception):  # noqa: N818 - a fact about this machine
    """This machine lets nobody drop packets."""


def lossy(folder: Path, share: float, seconds: float, gates: int) -> tuple[int, float, Count]:
    """How many packets were dropped, how long the drain took once no more people came, and the count.

    Raises:
        NoLoss: no namespaces or no iptables here.
    """
    port = free_port()
    own = ["-n"] if os.geteuid() == 0 else ["-U", "-r", "-n"]
    inside = module("tests.faults.lossy", folder, port, seconds, gates)
    done = subprocess.run(
        ["unshare", *own, "sh", "-c", INSIDE, "sh", str(port), str(share), *inside],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NoLoss(f"packets cannot be dropped here: {done.stderr.strip()[-500:]}")
    found = json.loads(done.stdout.splitlines()[-1])
    return found["dropped"], found["took"], Count(**found["count"])


def _run(folder: Path, port: int, seconds: float, gates: int) -> None:
    ports = iter((port, free_port()))
    place = Site(folder, programs.find("mosquitto") or "mosquitto", lambda: next(ports))
    try:
        crowd(place, gates, rate=5)
        place.start()
        time.sleep(seconds)
        found, took = settle(place, 120)
    finally:
        place.stop()
    rules = subprocess.run(["iptables", "-L", "INPUT", "-nvx"], capture_output=True, text=True, check=True).stdout
    dropped = sum(int(line.split()[0]) for line in rules.splitlines() if " DROP " in line)
    print(json.dumps({"dropped": dropped, "took": took, "count": found._asdict()}))


if __name__ == "__main__":
    _run(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]))
