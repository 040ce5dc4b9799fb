import json
from base64 import b64decode, b64encode
from datetime import UTC, datetime

from click.testing import CliRunner
from nacl.public import PublicKey, SealedBox

from collector.access.register import RegisterKey
from collector.command.register import register
from collector.ledger import Ledger, screenings
from kadian.identifiers import new_id
from kadian.messages import Screening


def entry(seq, sealed):
    return Screening(
        id=new_id(),
        epoch="e1",
        seq=seq,
        at=datetime(2026, 11, 25, tzinfo=UTC),
        clock="synced",
        verdict="none",
        reasons=("registered",),
        registration=sealed,
    )


def test_the_secretary_reads_what_the_gates_registered_and_hears_of_what_cannot_be_opened(tmp_path):
    config = tmp_path / "office.toml"
    config.write_text(f'site = "here"\n[ledger]\nurl = "sqlite:///{tmp_path}/kadian.db"\n')
    box = SealedBox(PublicKey(b64decode(RegisterKey(tmp_path / "access").public)))
    good = b64encode(box.encrypt(json.dumps({"name": "王芳", "phone": "13800138000"}).encode())).decode()
    ledger = Ledger.open(f"sqlite:///{tmp_path}/kadian.db")
    with ledger.begin() as connection:
        screenings.store(connection, "e01", [entry(1, good), entry(2, "c2VhbGVk")], 5)
    ledger.close()
    done = CliRunner().invoke(register, ["--config", str(config), "--json"])
    assert done.exit_code == 1
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["fields"] for row in rows] == [{"name": "王芳", "phone": "13800138000"}, None]
    assert "1 条打不开" in done.stderr
    for file in tmp_path.iterdir():
        if file.is_file():
            assert "王芳".encode() not in file.read_bytes()
