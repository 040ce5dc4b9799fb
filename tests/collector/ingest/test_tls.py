"""The wire over TLS: large and small messages both ways at once, against a real mosquitto."""

import subprocess
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from collector.ingest.mqtt import OfficeLink
from collector.ingest.wire import Subject
from collector.settings import Broker

RECEIPTS = 2_000


def make_certificate(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "broker.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "broker.key").write_bytes(private)


def test_messages_receipts_and_acknowledgements_go_over_tls(tmp_path, need, free_port, eventually):
    program, port = need("mosquitto"), free_port()
    make_certificate(tmp_path)
    config = tmp_path / "broker.conf"
    files = f"certfile {tmp_path}/broker.pem\nkeyfile {tmp_path}/broker.key\n"
    config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\nuser root\n{files}")
    broker = subprocess.Popen([program, "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    got = []
    url = f"mqtts://localhost:{port}"
    office = OfficeLink(Broker(url=url, ca_file=str(tmp_path / "broker.pem")), "s", got.extend, lambda _: None)
    try:
        office.start()
        assert eventually(lambda: office.problem is None)
        large = b"x" * 200_000
        for _ in range(10):
            assert office.publish("kadian/v1/s/e01/screening", large)
        # On a topic that the office hears itself.
        told = [(Subject("kadian/v1/s/e01/status", str(number)), b"%d" % number) for number in range(RECEIPTS)]
        assert office.tell(told)
        assert eventually(lambda: len(got) == RECEIPTS + 10)
        assert sorted(int(one.payload) for one in got if one.payload != large) == list(range(RECEIPTS))
        office.acknowledge(got)
        assert eventually(lambda: not office._wire._in_flight)
        assert office.problem is None
        assert {one.connection for one in got} == {1}
    finally:
        office.stop()
        broker.kill()
        broker.wait()
