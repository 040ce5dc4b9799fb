"""A key list of the whole union through a broker with the shipped bounds."""

import re
import threading
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path

from agent.outbox import Outbox
from agent.settings import Broker
from agent.uplink import Uplink
from agent.uplink.uplink import Hooks
from kadian.daykey import DayKey, to_seed
from kadian.messages import CameraHealth, DccKey, Policy, Telemetry, ThermometerHealth, TrustLists, encode
from tests.agent.conftest import Office

SHIPPED = Path(__file__).parents[3] / "deploy/mosquitto/kadian.conf"
KEYS = tuple(DccKey(b64encode(n.to_bytes(8)).decode(), "A" * 124, "vtr", 0, 1) for n in range(2500))
SEED = to_seed(DayKey(datetime(2026, 11, 24, tzinfo=UTC).date(), bytes(range(32))))
POLICY = Policy("big", trust=TrustLists(dcc=KEYS), revoked=tuple(f"{n:032x}" for n in range(400)), holder_seed=SEED)


def test_it_reaches_a_gate_and_is_kept_without_the_days_key(make_broker, tmp_path, wait_for):
    bounds = re.findall(r"(?m)^(?:message_size_limit|max_packet_size) \d+", SHIPPED.read_text("utf-8"))
    assert len(bounds) == 2
    broker = make_broker("\n".join(["allow_anonymous true", *bounds]))
    taken, stop, outbox = [], threading.Event(), Outbox(tmp_path / "outbox.db")
    now = datetime.now(UTC)
    telemetry = Telemetry(now, "0", "synced", ThermometerHealth("none"), CameraHealth("none"), outbox.health())
    uplink = Uplink(
        "here", "e01", Broker(url=broker.url), outbox, Hooks(lambda: telemetry, taken.append), now=lambda: now
    )
    thread = threading.Thread(target=uplink.run, args=(stop,))
    thread.start()
    try:
        office = Office(broker.port)
        office.say("e01", "policy", encode(POLICY), retain=True)
        wait_for(lambda: taken and outbox.policy())
        office.stop()
    finally:
        stop.set()
        thread.join(15)
    assert taken == [POLICY]
    assert (outbox.policy().trust, outbox.policy().holder_seed) == (POLICY.trust, None)
    outbox.close()
    assert not [path for path in tmp_path.glob("outbox*") if SEED.key.encode() in path.read_bytes()]
