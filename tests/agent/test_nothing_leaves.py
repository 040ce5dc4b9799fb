"""Texts planted in every kind of code are looked for in every byte that leaves a gate or stays on its disk."""

import json
import os
import subprocess
import sys
from base64 import b64encode
from datetime import UTC, date, datetime, timedelta

import pytest
from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from kadian import passcard
from kadian.daykey import DayKey, to_seed
from kadian.demo.pictures import qr_png
from kadian.messages import OwnTexts, PassKey, Policy, TrustLists, encode
from tests.agent.codes.signers import DccSigner, ShcSigner, parts_of

PRIVATE, PUBLIC = passcard.new_key()
DCC, SHC = DccSigner(), ShcSigner()
TODAY = datetime.now(UTC)
PEOPLE = tuple(passcard.Member(name * 16, date(2099, 12, 1)) for name in (b"\xa1", b"\xa2", b"\xa3"))
CARD = passcard.issue(PRIVATE, 1, b"\xb7" * 16, date(2099, 12, 1))
TEXTS = {
    "card": CARD,
    "household": passcard.issue_household(PRIVATE, 1, b"\xc5" * 16, PEOPLE),
    "altered": CARD[:-9],
    "dcc": DCC.sign(DCC.payload(issued=TODAY - timedelta(days=1), expires=TODAY + timedelta(days=9))),
    "unknown": DccSigner().sign(DCC.payload()),
    "part-1": parts_of(SHC.sign(SHC.payload()), 2)[0],
    "place": "PLACE-SECRETPLACE",
    "resident": "JC424242",
    "identity": "11010519491231002X",
    "url": "https://secret.example/health?token=SECRETTOKEN",
    "text": "江城 秘密姓名 13800138000",
}
PROVING_NOTHING = ("url", "place", "resident_id", "text")
WANTED = {
    *(("pass", status) for status in ("valid", "altered")),
    *(("dcc", status) for status in ("valid", "unknown_key")),
    *((format_, "unverified") for format_ in PROVING_NOTHING),
}
SEED = DayKey(TODAY.astimezone().date(), bytes(range(32)))
POLICY = Policy(
    "planted",
    pass_keys=(PassKey(1, PUBLIC),),
    trust=TrustLists(dcc=(DCC.entry,), shc=(SHC.entry,)),
    own_texts=OwnTexts(place=("PLACE-",), resident=("JC######",)),
    holder_seed=to_seed(SEED),
)
HOLDERS = (b"\xb7" * 16, b"\xc5" * 16, *(person.holder for person in PEOPLE))
PLANTED = (
    *(text.encode() for text in TEXTS.values()),
    *(text.encode()[5:45] for text in TEXTS.values() if len(text) > 60),
    *(form for holder in HOLDERS for form in (holder, holder.hex().encode(), b64encode(holder)[:21])),
    *(word.encode() for word in ("秘密姓名", "MIMI", "SECRET", "13800138000", "1964-08-12", "11010519491231002")),
    json.dumps("秘密姓名").encode()[1:-1],
)
KEYS = (SEED.key, SEED.key.hex().encode(), b64encode(SEED.key))


class Tap:
    """Every message on the broker, as bytes."""

    def __init__(self, port):
        self.heard = []
        self.client = paho.Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
        self.client.on_connect = lambda client, *_: client.subscribe("#", qos=1)
        self.client.on_message = lambda _client, _data, message: self.heard.append((message.topic, message.payload))
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()

    def codes(self):
        for topic, payload in list(self.heard):
            if topic.endswith("/screening"):
                found = json.loads(payload)
                yield from (one["code"] for one in (found if isinstance(found, list) else [found]))


@pytest.fixture
def tap(broker):
    made = Tap(broker.port)
    yield made
    made.client.disconnect()
    made.client.loop_stop()


def test_nothing_of_a_code_leaves_the_gate_or_stays_on_it(broker, tap, tmp_path, wait_for):
    pictures, own = tmp_path / "pictures", tmp_path / "gate"
    pictures.mkdir()
    own.mkdir()
    for name, text in TEXTS.items():
        qr_png(text, pictures / f"{name}.png")
    config = tmp_path / "agent.toml"
    config.write_text(
        f'site = "here"\ngate = "e01"\n[broker]\nurl = "{broker.url}"\n[camera]\nsource = "{pictures}"\n'
        f'[outbox]\npath = "{own}/outbox.db"\n[clock]\ntrust = "system"\n[screening]\nrecord_to = "{own}/recorded"\n',
        "utf-8",
    )
    tap.client.publish("kadian/v1/here/e01/policy", encode(POLICY), qos=1, retain=True).wait_for_publish(5)
    with (own / "log").open("wb") as log:
        gate = subprocess.Popen(
            [sys.executable, "-m", "kadian", "agent", "--config", str(config)],
            stdout=log, stderr=log, env=os.environ | {"KADIAN_LOG": "debug"},
        )  # fmt: skip
        try:
            wait_for(lambda: {(code["format"], code["status"]) for code in tap.codes()} >= WANTED, 30)
            wait_for(lambda: any(code.get("household") == 3 for code in tap.codes()), 30)
        finally:
            gate.terminate()
            gate.wait(20)
    left = [payload for topic, payload in tap.heard if not topic.endswith("/policy")]
    kept = {path.name: path.read_bytes() for path in own.iterdir()}
    assert kept["outbox.db"]
    assert b"screening" in kept["log"]
    for planted in PLANTED:
        assert not [payload for payload in left if planted in payload], planted
        assert not [name for name, raw in kept.items() if planted in raw], planted
    for form in KEYS:
        assert not [name for name, raw in kept.items() if form in raw and name != "holder.key"]
        assert not [payload for payload in left if form in payload]
    assert {key for code in tap.codes() for key in code} <= {"format", "status", "holder", "expires", "household"}


def test_the_test_itself_would_find_what_is_planted():
    assert all(any(planted in text.encode() for text in TEXTS.values()) for planted in PLANTED[: len(TEXTS)])
