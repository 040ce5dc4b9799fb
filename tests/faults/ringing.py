"""A phone's service that can be away, and what rang there; fevers at gates while the office is killed."""

import json
import random
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from uuid import uuid5

from collector.ledger.incidents import NAMES
from tests.system.deviceless import Gate
from tests.system.site import Site

GATES = 9
NORMALS = 12
"""People without a fever between two with one at a gate."""
CALM_SECONDS = 10.0


class Service:
    """Takes messages; while `away` it hangs up without an answer, as one does that is overrun."""

    def __init__(self) -> None:
        self.away = False
        self.heard: list[tuple[float, dict[str, Any]]] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                at = time.time()
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if service.away:
                    self.connection.close()
                    return
                service.heard.append((at, body))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hook"

    def rang(self, rule: str = "confirmed_fever") -> list[dict[str, Any]]:
        """Every message of a rule as it came, repetitions too."""
        return [body for _, body in list(self.heard) if body["rule"] == rule]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Rung(NamedTuple):
    """Fevers that happened, incidents that rang, ids at the phone, repetitions of an id, kills of the office.

    `delays`: seconds from the gate's confirming reading to the phone, of fevers while the service was there and nothing
    was killed within ten seconds of it.
    """

    fevers: int
    incidents: int
    ids: int
    repeated: int
    kills: int
    delays: list[float]


def fevers_under_kills(
    place: Site, phone: Service, fevers: int, seconds: float, outage: tuple[float, float], kills: int, seed: int
) -> Rung:
    """So many fevers, each of a person of their own, spread over `seconds`, at nine gates.

    Args:
        place: a site whose channel is the phone's; not started.
        phone: away from `outage[0]` to `outage[1]` seconds after the beginning.
        fevers: how many people have one.
        seconds: in which they come.
        outage: of the phone's service.
        kills: of the office and the broker, at random moments.
        seed: of the moments.
    """
    chance = random.Random(seed)
    place.start()
    gates = [Gate(place.folder, f"e{number:02}", place.broker_port) for number in range(1, GATES + 1)]
    for gate in gates:
        gate.start()
    killing = sorted(chance.uniform(0, seconds) for _ in range(kills))
    done = office_kills = 0
    calm: dict[str, float] = {}
    disturbed = [outage[0] + step for step in range(round(outage[1] - outage[0]) + 1)] + killing
    began = time.monotonic()
    for number in range(fevers):
        while (now := time.monotonic() - began) < number * seconds / fevers:
            time.sleep(0.01)
            phone.away = outage[0] <= now < outage[1]
            if done < kills and now >= killing[done]:
                victim = place.office if chance.random() < 0.7 else place.broker
                office_kills += victim is place.office
                victim.kill()
                done += 1
        gate = gates[number % GATES]
        for other in range(NORMALS):
            gate.record(36.3 + other % 5 / 10)
        first = gate.record(38.2, holder=f"h{number}")
        second = gate.record(38.3, holder=f"h{number}", of=first)
        if all(abs(now - moment) > CALM_SECONDS for moment in disturbed):
            calm[str(uuid5(NAMES, f"fever:{first.id}"))] = second.at.timestamp()
    phone.away = False
    place.until(lambda: len({body["incident"] for body in phone.rang()}) >= fevers, 90, "every fever rang")
    time.sleep(2)
    for gate in gates:
        gate.stop()
    rang = phone.rang()
    ids = Counter(body["id"] for body in rang)
    first_at = {body["incident"]: at for at, body in reversed(phone.heard)}
    delays = [first_at[incident] - at for incident, at in calm.items() if incident in first_at]
    return Rung(fevers, len({b["incident"] for b in rang}), len(ids), ids.total() - len(ids), office_kills, delays)
