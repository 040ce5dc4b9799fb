from datetime import date, timedelta

import msgspec
import pytest

from agent.daykeys import DayKeys
from agent.proof import MOST_HOUSEHOLDS, Proof
from kadian import passcard
from kadian.daykey import DayKey, to_seed
from kadian.messages import Code, OwnTexts, PassKey, Policy, TrustLists, decode, encode
from tests.agent.codes.signers import NOW, DccSigner, ShcSigner, parts_of

PRIVATE, PUBLIC = passcard.new_key()
DCC, SHC = DccSigner(), ShcSigner()
PEOPLE = tuple(passcard.Member(bytes([number]) * 16, date(2026, 11, 22 + number)) for number in range(1, 5))
HOUSEHOLD = passcard.issue_household(PRIVATE, 1, b"h" * 16, PEOPLE)
POLICY = Policy(
    "1",
    pass_keys=(PassKey(1, PUBLIC),),
    revoked=((b"r" * 16).hex(), PEOPLE[2].holder.hex()),
    revoked_at=NOW,
    trust=TrustLists(dcc=(DCC.entry,), dcc_at=NOW, shc=(SHC.entry,), shc_at=NOW - timedelta(days=99)),
    own_texts=OwnTexts(place=("PLACE-",), resident=("JC######",)),
    holder_seed=to_seed(DayKey(NOW.date(), bytes(32))),
)


class Gate:
    def __init__(self, folder, policy=POLICY):
        self.policy, self.now, self.seconds = policy, NOW, 0.0
        self.proof = Proof(
            DayKeys(folder / "holder.key"),
            policy=lambda: self.policy,
            now=lambda: self.now,
            monotonic=lambda: self.seconds,
        )
        self.read = self.proof.read


@pytest.fixture
def gate(tmp_path):
    return Gate(tmp_path)


def test_the_same_card_at_two_gates_is_one_holder_today_and_another_tomorrow(tmp_path):
    gates = [Gate(tmp_path / name) for name in ("one", "other")]
    today = {gate.read(HOUSEHOLD).holder for gate in gates}
    for gate in gates:
        gate.now = NOW + timedelta(days=1)
    tomorrow = {gate.read(HOUSEHOLD).holder for gate in gates}
    assert (len(today), len(tomorrow), len(today | tomorrow)) == (1, 1, 2)


def test_a_household_is_of_nobody_until_a_member_is_chosen(gate):
    code = gate.read(HOUSEHOLD)
    assert (code.status, code.household, code.member, code.person) == ("valid", 4, None, None)
    members = gate.proof.members(code.holder)
    assert [(one.member, one.status) for one in members] == [(1, "expired"), (2, "valid"), (3, "revoked"), (4, "valid")]
    assert len({one.person for one in members} | {code.holder}) == 5
    assert members[1].expires == "2026-11-24"
    assert gate.proof.members("somebody") == ()


def test_a_members_own_card_and_place_in_the_household_are_one_holder(gate):
    own = gate.read(passcard.issue(PRIVATE, 1, PEOPLE[1].holder, date(2026, 12, 1)))
    assert own.person == gate.proof.members(gate.read(HOUSEHOLD).holder)[1].person


def test_only_the_last_households_are_remembered(gate):
    first = gate.read(HOUSEHOLD)
    for number in range(MOST_HOUSEHOLDS):
        gate.read(passcard.issue_household(PRIVATE, 1, number.to_bytes(16), PEOPLE))
    assert gate.proof.members(first.holder) == ()


def test_a_card_in_parts_becomes_one_code(gate):
    whole = SHC.sign(SHC.payload())
    pieces = parts_of(whole, 3)
    seen = [gate.read(piece) for piece in (pieces[2], pieces[0], pieces[1])]
    assert seen[:2] == [None, None]
    assert seen[2] == gate.read(whole)


def test_parts_of_two_people_are_announced_as_nobodys(gate):
    mine, yours = (parts_of(SHC.sign(SHC.payload(NOW - timedelta(days=n))), 2) for n in (1, 2))
    seen = [gate.read(text) for text in (mine[0], mine[1], yours[1], yours[0])]
    assert [code and code.status for code in seen] == [None, "valid", None, "valid"]
    assert seen[1].holder != seen[3].holder


def test_an_old_list_goes_with_the_code(gate):
    assert gate.read(SHC.sign(SHC.payload())).old_list
    assert not gate.read(DCC.sign(DCC.payload())).old_list


def test_a_new_policy_is_believed_at_once(gate):
    text = DCC.sign(DCC.payload())
    assert gate.read(text).status == "valid"
    gate.policy = msgspec.structs.replace(POLICY, trust=TrustLists())
    assert gate.read(text).status == "unknown_key"


def test_the_key_turns_although_nobody_comes(gate, tmp_path):
    gate.proof.turn()
    before = (tmp_path / "holder.key").read_bytes()
    gate.now += timedelta(days=1)
    gate.proof.turn()
    assert (tmp_path / "holder.key").read_bytes() == before, "asked again after half a minute"
    gate.seconds += 30
    gate.proof.turn()
    assert (tmp_path / "holder.key").read_bytes() != before


def test_what_a_policy_says_about_codes_survives_the_wire():
    assert decode(Policy, encode(POLICY)) == POLICY
    code = Code("pass", "valid", "h", household=4, member=2, old_list=True)
    assert msgspec.json.decode(msgspec.json.encode(code), type=Code) == code
    assert b"old_list" not in msgspec.json.encode(Code("pass", "valid"))


def test_a_valid_staff_card_says_whose_it_is(gate):
    gate.policy = msgspec.structs.replace(POLICY, operators={(b"s" * 16).hex(): "v-12", (b"h" * 16).hex(): "nobody"})
    mine, forged = (
        passcard.issue(private, 1, b"s" * 16, date(2026, 12, 1)) for private in (PRIVATE, passcard.new_key()[0])
    )
    assert gate.proof.operator(gate.read(mine)) == "v-12"
    assert gate.proof.operator(gate.read(forged)) is None
    assert gate.proof.operator(gate.read(HOUSEHOLD)) is None
    gate.policy = POLICY
    assert gate.proof.operator(gate.read(mine)) is None


@pytest.mark.parametrize(("kind", "changes"), [("t", {"tr": "260373001"}), ("r", {"du": "2026-11-23"})])
def test_a_genuine_certificate_of_what_does_not_let_pass_is_refused_without_saying_why(gate, kind, changes):
    code = gate.read(DCC.sign(DCC.payload(kind, **changes)))
    assert (code.format, code.status) == ("dcc", "invalid")
    assert code.status in POLICY.refused_statuses
    assert gate.read(DCC.sign(DCC.payload(kind))).status == "valid"
