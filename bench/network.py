"""Cuts and swallowing lines between a real gate and its broker: what is lost, and how soon all is there again."""

import os
import random
import time
from typing import Any

from bench.figures import percentile
from bench.place import site
from tests.agent.uplink.proxy import Proxy
from tests.system.site import Feeder

CUTS = int(os.environ.get("KADIAN_NETWORK_CUTS", "100"))
LONGEST = float(os.environ.get("KADIAN_NETWORK_SECONDS", "8"))
SUMMARY = "/api/v1/screenings/summary?since=0"


def run() -> dict[str, Any]:
    """Every other cut resets the connection and refuses new ones, the others leave it open and pass nothing on."""
    seed = time.time_ns() % 1_000_000
    chance = random.Random(seed)
    back = []
    with site() as place:
        proxy = Proxy(place.broker_port)
        place.gate("e01", broker_port=proxy.port)
        feeder = Feeder(place.folder / "e01" / "port", pause=0.02)
        place.start()
        feeder.start()
        place.until(lambda: place.ask(SUMMARY)["total"] > 5, 30, "screenings arrive")
        for number in range(CUTS):
            time.sleep(chance.uniform(0.5, 2))
            proxy.mode = "swallow" if number % 2 else "refuse"
            if proxy.mode == "refuse":
                proxy.cut()
            time.sleep(chance.uniform(0.2, LONGEST))
            proxy.mode = "pass"
            began = time.monotonic()
            said = len(place.recorded("e01"))
            place.until(lambda said=said: place.ask(SUMMARY)["total"] >= said, 60, "all is there again")  # type: ignore[misc]
            back.append(time.monotonic() - began)
        feeder.stop()
        time.sleep(1)
        said = len(place.recorded("e01"))
        place.until(lambda: place.ask(SUMMARY)["total"] >= said, 60, "the rest")
        total = place.ask(SUMMARY)["total"]
        feeder.close()
        proxy.close()
    found = {
        "cuts": CUTS,
        "recorded": said,
        "in_the_office": total,
        "back_p50_s": round(percentile(back, 0.5), 1),
        "back_worst_s": round(max(back), 1),
        "connections": len(proxy.accepted),
        "seed": seed,
    }
    print(", ".join(f"{name} {value}" for name, value in found.items()))
    return found
