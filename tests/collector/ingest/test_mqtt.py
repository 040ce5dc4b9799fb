import subprocess
import time

import pytest

from collector.broker import start
from collector.ingest.arrival import Arrival
from collector.ingest.mqtt import OfficeLink
from collector.ingest.refused import refused_connection
from collector.settings import Broker
from kadian.errors import KadianError
from kadian.settings import Secret


def link(broker, on_message=lambda _: None, protocol=5):
    states = []
    return OfficeLink(broker, "s", on_message, states.append, protocol), states


@pytest.mark.parametrize("url", ["http://x", "mqtt://", "127.0.0.1:1883", "mqtt://h:99999", "", "mqtt://" + "a" * 70])
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(KadianError) as caught:
        link(Broker(url=url))
    assert caught.value.code == "K0314"


def test_a_certificate_file_that_is_missing_or_rubbish_is_named(tmp_path):
    rubbish = tmp_path / "ca.pem"
    rubbish.write_text("no certificate")
    for file in (str(rubbish), str(tmp_path / "missing.pem")):
        with pytest.raises(KadianError) as caught:
            link(Broker(url="mqtts://broker.example", ca_file=file))
        assert (caught.value.code, caught.value.where) == ("K0315", file)


def test_a_wrong_password_is_said_once(tmp_path, need, free_port, eventually):
    program = need("mosquitto")
    port = free_port()
    (tmp_path / "passwords").write_text("office:$7$101$AAAA$AAAA\n")
    (tmp_path / "passwords").chmod(0o644)
    tmp_path.chmod(0o755)
    config = tmp_path / "broker.conf"
    accounts = f"allow_anonymous false\nuser root\npassword_file {tmp_path}/passwords\n"
    config.write_text(f"listener {port} 127.0.0.1\n{accounts}")
    broker = subprocess.Popen([program, "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    office, states = link(Broker(url=f"mqtt://127.0.0.1:{port}", username="office", password=Secret("wrong")))
    try:
        time.sleep(0.2)
        office.start()
        assert eventually(lambda: office.problem is not None and office.problem.code in {"K0310", "K0311"})
        time.sleep(1.5)
        assert office.problem.code in {"K0310", "K0311"}, "the disconnect that follows must not hide the reason"
        assert not office.publish("kadian/v1/s/e01/receipt", b"{}")
    finally:
        office.stop()
        broker.kill()
        broker.wait()
    assert None not in states


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("Bad user name or password", "K0310"),
        ("Not authorized", "K0311"),
        ("Server busy", "K0312"),
        ("Session taken over", "K0316"),
        ("Packet too large", "K0313"),
    ],
)
def test_each_refusal_has_its_sentence(reason, code):
    assert refused_connection(reason, "b:1883").code == code


def test_what_was_not_acknowledged_comes_again_and_what_was_does_not(tmp_path, need, eventually):
    need("mosquitto")
    broker = start("127.0.0.1:0", tmp_path, "mosquitto")
    got: list[Arrival] = []
    office, _ = link(Broker(url=broker.url), got.extend)
    try:
        office.start()
        assert eventually(lambda: office.problem is None)
        for payload in (b"1", b"2"):
            assert office.publish("kadian/v1/s/e01/screening", payload)
        assert eventually(lambda: len(got) == 2)
        office.acknowledge(got[:1])
        time.sleep(0.2)
        office.stop()
        office, _ = link(Broker(url=broker.url), got.extend)
        office.start()
        assert eventually(lambda: len(got) >= 3)
        time.sleep(0.2)
        assert [arrival.payload for arrival in got] == [b"1", b"2", b"2"]
    finally:
        office.stop()
        broker.stop()


def test_an_arrival_of_an_earlier_connection_is_not_acknowledged_on_a_later_one(tmp_path, need, eventually):
    need("mosquitto")
    broker = start("127.0.0.1:0", tmp_path, "mosquitto")
    office, _ = link(Broker(url=broker.url))
    said = []
    try:
        office.start()
        assert eventually(lambda: office.problem is None)
        office._wire.acknowledge = said.extend
        numbered = [(7, 1, 0), (8, 1, 1), (0, 0, 1)]
        office.acknowledge([Arrival("t", b"", mid, qos, connection) for mid, qos, connection in numbered])
    finally:
        office.stop()
        broker.stop()
    assert said == [8]
