"""An office that looks around by a clock of the test's: its ears, its ledger, its rules."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from collector.alerts.lookout import Lookout, Places, Scenery
from collector.hearing import Ears
from collector.ledger import gates, incidents
from collector.rules.rule import RuleSettings
from kadian.messages import CameraHealth, Telemetry, ThermometerHealth
from kadian.messages.telemetry import OutboxHealth
from tests.collector.queued import telling

AT = datetime(2026, 11, 25, 7, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
SEVEN_MS = 1_795_561_200_000  # 2026-11-25 07:00 in Shanghai
SETTINGS = RuleSettings(names={"g1": "正门", "g2": "三巷口"}, entrances={"g1": "e01", "g2": "e02"})
PLACES = Places({"e01": "open", "e02": "open"}, ("g1", "g2"), (), ZONE)


def telemetry(thermometer="ok", camera="ok", lens=None, **more):
    outbox = OutboxHealth("e", 1, 0)
    return Telemetry(AT, "1", "synced", ThermometerHealth(thermometer), CameraHealth(camera, lens=lens), outbox, **more)


class Watched:
    """The office of `tests.collector.alerts.conftest`, looking; `seconds` is its monotonic clock."""

    def __init__(self, ledger, ears=None, places=PLACES, usual=lambda _connection, _now_ms: {}):
        self.ledger = ledger
        self.seconds = 5000.0
        self.wall_ms = SEVEN_MS - 5_000_000
        self.places, self.usual = places, usual
        self.ears = ears or Ears(lambda: self.seconds)
        self.dispatch = telling("phone")
        self.last = {}
        self.begin()

    def now_ms(self):
        return self.wall_ms + round(self.seconds * 1000)

    def begin(self):
        """Whoever looks, with nothing in mind but what the ledger says: what one does after kill -9."""
        scenery = Scenery(self.ledger, self.ears.hearing, self.places, self.usual)
        self.lookout = Lookout(
            self.ledger, scenery, SETTINGS, self.dispatch, self.now_ms, monotonic=lambda: self.seconds
        )

    def restart(self):
        """The whole office anew; the ledger knows when it heard whom."""
        for gate, (heard_ms, said) in self.last.items():
            with self.ledger.begin() as connection:
                gates.report(connection, gate, said, heard_ms)
        self.ears = Ears(lambda: self.seconds)
        self.ears.connected()
        self.begin()

    def hear(self, *names, **words):
        for gate in names:
            self.ears.take([f"kadian/v1/chuanchang/{gate}/telemetry"])
            self.last[gate] = self.now_ms(), telemetry(**words)
            self.ears.said(gate, None, self.last[gate][1], retained=False)

    def live(self, seconds, *heard, every=10, **words):
        """Look every so many seconds, while these gates are heard."""
        for _ in range(0, seconds, every):
            self.seconds += every
            self.hear(*heard, **words)
            self.lookout.step()

    def incidents(self, rule=None):
        with self.ledger.read() as connection:
            found = incidents.listing(connection)
        return [one for one in found if rule in {None, one.rule}]

    def stages(self, rule="gate_silent"):
        return [(one.cause, one.stage, one.flaps) for one in self.incidents(rule)]

    def timeline(self, incident):
        with self.ledger.read() as connection:
            return [line.what for line in incidents.timeline(connection, incident.id)]
