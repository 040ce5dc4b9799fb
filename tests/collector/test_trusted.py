import json
import os
from base64 import b64encode
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from collector.policies import Policies, policy
from collector.settings import Codes, CollectorSettings
from collector.trusted import Trusted
from kadian.daykey import advance, from_seed
from kadian.errors import KadianError
from kadian.messages import DccKey, Policy, TrustLists, decode, encode
from kadian.messages.wire import MOST_BYTES
from tests.agent.codes.signers import DccSigner, ShcSigner

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
SETTINGS = CollectorSettings(site="here")
HOLDER, OTHER = "0a" * 16, "0b" * 16
DCC = [DccSigner() for _ in range(3)]
SHC = ShcSigner()


class Office:
    def __init__(self, folder, **codes):
        self.folder, self.now = folder, NOW
        self.codes = {name: str(folder / value) if name.endswith("_file") else value for name, value in codes.items()}
        self.start()

    def start(self):
        self.trusted = Trusted(Codes(**self.codes), self.folder / "holder.key", lambda: self.now)

    @property
    def policy(self):
        return policy(SETTINGS, trusted=self.trusted)

    def change(self, name, raw):
        (self.folder / name).write_bytes(raw)
        later = NOW.timestamp() + len(raw)
        os.utime(self.folder / name, (later, later))


def pem(*signers):
    return b"".join(
        b"-----BEGIN CERTIFICATE-----\n" + b64encode(signer.der) + b"\n-----END CERTIFICATE-----\n"
        for signer in signers
    )


def national(*signers, **more):
    found = [{"kid": "whatever", "rawData": b64encode(signer.der).decode()} for signer in signers]
    return json.dumps({"certificates": found, **more}).encode()


@pytest.mark.parametrize("raw", [pem(*DCC), pem(*DCC, DCC[0]), national(*DCC)])
def test_a_list_of_signers_becomes_short_keys_each_once(tmp_path, raw):
    (tmp_path / "dcc").write_bytes(raw)
    trust = Office(tmp_path, dcc_trust_file="dcc").policy.trust
    assert trust.dcc == tuple(signer.entry for signer in DCC)
    assert abs(trust.dcc_at - datetime.now(UTC)) < timedelta(minutes=1), (
        "the file's own time, where the list names none"
    )


def test_a_list_says_itself_as_of_when_it_is(tmp_path):
    (tmp_path / "dcc").write_bytes(national(DCC[0], as_of="2026-11-01T00:00:00Z"))
    (tmp_path / "shc").write_text(
        json.dumps({"as_of": "2026-11-02", "issuers": {SHC.issuer: {"keys": [SHC.public | {"kid": SHC.kid}]}}})
    )
    trust = Office(tmp_path, dcc_trust_file="dcc", shc_trust_file="shc", list_days=7).policy.trust
    assert trust.dcc_at == datetime(2026, 11, 1, tzinfo=UTC)
    assert (trust.shc, trust.shc_at.date().isoformat(), trust.days) == ((SHC.entry,), "2026-11-02", 7)


def test_one_damaged_certificate_takes_no_other_with_it(tmp_path):
    broken = DccSigner()
    broken.der = broken.der[:200]
    (tmp_path / "dcc").write_bytes(pem(DCC[0], broken, DCC[1]))
    assert len(Office(tmp_path, dcc_trust_file="dcc").policy.trust.dcc) == 2


@pytest.mark.parametrize(
    ("codes", "raw", "error"),
    [
        ({"dcc_trust_file": "absent"}, b"", "K0260"),
        ({"dcc_trust_file": "list"}, b"rubbish", "K0261"),
        ({"dcc_trust_file": "list"}, b"{}", "K0261"),
        ({"dcc_trust_file": "list"}, national(DCC[0], as_of="yesterday"), "K0261"),
        ({"shc_trust_file": "list"}, b'{"keys": []}', "K0261"),
        ({"shc_trust_file": "list"}, b"\xff", "K0261"),
        ({"revoked_file": "list"}, b"0a0a\n", "K0261"),
        ({"revoked_file": "list"}, b"\xff", "K0261"),
    ],
)
def test_a_list_that_cannot_be_used_is_said_at_the_start(tmp_path, codes, raw, error):
    (tmp_path / "list").write_bytes(raw)
    with pytest.raises(KadianError, match=error):
        Office(tmp_path, **codes)


def test_a_list_that_is_damaged_later_stays_as_it_was(tmp_path):
    (tmp_path / "revoked").write_text(f"{HOLDER}  # 17 张三\n\n", "utf-8")
    office = Office(tmp_path, revoked_file="revoked")
    assert office.policy.revoked == (HOLDER,)
    office.change("revoked", b"nonsense\n")
    assert office.policy.revoked == (HOLDER,)
    (tmp_path / "revoked").unlink()
    assert office.policy.revoked == (HOLDER,)
    office.change("revoked", f"{OTHER}\n{HOLDER}\n".encode())
    assert office.policy.revoked == (HOLDER, OTHER)


def test_the_office_vouches_for_its_revocations_once_a_day_and_at_each_change(tmp_path):
    (tmp_path / "revoked").write_bytes(b"")
    office = Office(tmp_path, revoked_file="revoked")
    first = office.policy
    office.now += timedelta(hours=3)
    assert office.policy == first, "nothing new is sent in between"
    office.change("revoked", HOLDER.encode())
    assert office.policy.revoked_at == office.now
    office.now += timedelta(days=1)
    assert office.policy.revoked_at == office.now
    assert office.policy.version == policy(SETTINGS, trusted=office.trusted).version


def test_the_days_key_turns_at_midnight_survives_a_restart_and_leaves_the_version_alone(tmp_path):
    office = Office(tmp_path)
    first = office.policy
    office.now += timedelta(days=3)
    office.start()
    second = office.policy
    assert second.version == first.version
    assert from_seed(second.holder_seed) == advance(from_seed(first.holder_seed), office.now.date())
    assert first.holder_seed.key.encode() not in (tmp_path / "holder.key").read_bytes()
    assert (tmp_path / "holder.key").stat().st_mode & 0o777 == 0o600


def test_an_office_whose_clock_went_back_begins_a_new_key(tmp_path):
    office = Office(tmp_path)
    ahead = office.policy.holder_seed
    office.now -= timedelta(days=2)
    assert office.policy.holder_seed.day == "2026-11-22"
    assert office.policy.holder_seed.key != ahead.key


def test_a_list_of_the_whole_union_fits_one_message_with_room():
    entry = DCC[0].entry
    keys = tuple(msgspec.structs.replace(entry, kid=b64encode(n.to_bytes(8)).decode()) for n in range(2500))
    size = len(encode(Policy("x", trust=TrustLists(dcc=keys, dcc_at=NOW))))
    assert size < MOST_BYTES * 0.5, size
    assert decode(Policy, encode(Policy("x", trust=TrustLists(dcc=keys)))).trust.dcc == keys


def test_a_policy_that_no_broker_would_carry_is_refused_with_what_to_do(tmp_path, monkeypatch):
    office = Office(tmp_path)
    keys = tuple(DccKey(b64encode(n.to_bytes(8)).decode(), "A" * 400, "vtr", 0, 1) for n in range(3000))
    monkeypatch.setattr(office.trusted, "_dcc", type("List", (), {"content": lambda _self: (keys, NOW)})())
    with pytest.raises(KadianError, match="K0262"):
        _ = office.policy


def test_a_policy_that_has_changed_goes_to_every_gate_again(tmp_path):
    told, office = [], Office(tmp_path)
    ledger = type("Ledger", (), {})()
    policies = Policies(
        ledger, SETTINGS, lambda gate, made: told.append((gate, made.holder_seed.day)), lambda: office.policy
    )
    policies._tell(["e01", "e02"])
    policies._look()
    assert told == [("e01", "2026-11-24"), ("e02", "2026-11-24")]
    office.now += timedelta(days=1)
    policies._look()
    assert told[2:] == [("e01", "2026-11-25"), ("e02", "2026-11-25")]
