"""`kadian code` as a person types it."""

import json
from base64 import b64encode
from datetime import date, timedelta

import pytest
from click.testing import CliRunner

from agent.command.code import code
from kadian import passcard
from kadian.errors import KadianError
from tests.agent.codes.signers import NOW, DccSigner, ShcSigner, parts_of

PRIVATE, PUBLIC = passcard.new_key()
DCC, SHC = DccSigner(), ShcSigner()
# A certificate's last byte is a signature's: one in forty is a space or the end of a line.
ENDING = next(one for one in iter(DccSigner, None) if one.der[-1:].isspace())
CARD = passcard.issue(PRIVATE, 1, b"h" * 16, date(2026, 12, 1))
HEALTH_CARD = SHC.sign(SHC.payload())
PEM = b"-----BEGIN CERTIFICATE-----\n" + b64encode(DCC.der) + b"\n-----END CERTIFICATE-----\n"
JWKS = json.dumps({"keys": [SHC.public | {"kid": SHC.kid, "use": "sig", "alg": "ES256"}]}).encode()
FILES = {
    "cert.pem": PEM,
    "cert.der": DCC.der,
    "space.der": ENDING.der,
    "cert.txt": b64encode(DCC.der),
    "jwks.json": JWKS,
    "key.json": json.dumps({"id": 1, "public": PUBLIC}).encode(),
    "key.txt": PUBLIC.encode() + b"\n",
    "list.json": json.dumps({"certificates": [{"kid": "x", "rawData": b64encode(DCC.der).decode()}]}).encode(),
}


@pytest.fixture
def judged(tmp_path):
    for name, raw in FILES.items():
        (tmp_path / name).write_bytes(raw)

    def run(*texts, trust=(), options=("--json",), stdin=None):
        given = [part for name in trust for part in ("--trust", str(tmp_path / name))]
        done = CliRunner().invoke(code, [*options, *given, "--at", NOW.isoformat(), *texts], input=stdin)
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == 0, done.output
        return [json.loads(line) for line in done.output.splitlines()] if "--json" in options else done.output

    return run


@pytest.mark.parametrize(
    ("text", "trust", "format_"),
    [
        (DCC.sign(DCC.payload()), "cert.pem", "dcc"),
        (DCC.sign(DCC.payload()), "cert.der", "dcc"),
        (ENDING.sign(ENDING.payload()), "space.der", "dcc"),
        (DCC.sign(DCC.payload()), "cert.txt", "dcc"),
        (DCC.sign(DCC.payload()), "list.json", "dcc"),
        (HEALTH_CARD, "jwks.json", "shc"),
        (CARD, "key.json", "pass"),
        (CARD, "key.txt", "pass"),
    ],
)
def test_a_code_is_valid_with_its_key_and_unknown_without(judged, text, trust, format_):
    (row,) = judged(text, trust=[trust])
    assert set(row) == {"format", "status", "reason", "expires", "checks"}
    assert (row["format"], row["status"], row["reason"]) == (format_, "valid", "signed")
    assert all(row["checks"].values())
    others = {"dcc": ["jwks.json", "key.json"], "shc": ["cert.pem", "key.json"], "pass": ["cert.pem", "jwks.json"]}[
        format_
    ]
    assert judged(text, trust=others)[0]["status"] == "unknown_key"


def test_a_card_in_parts_is_put_together_from_arguments_or_lines(judged):
    parts = parts_of(HEALTH_CARD, 3)
    assert judged(*parts[::-1], trust=["jwks.json"])[0]["status"] == "valid"
    assert judged("-", trust=["jwks.json"], stdin="\n".join(parts) + "\n")[0]["status"] == "valid"
    assert judged(*parts[:2], trust=["jwks.json"])[0]["status"] == "incomplete"


def test_a_text_of_several_lines_stays_one_text(judged):
    (row,) = judged("-", stdin="first\nsecond\n")
    assert row["format"] == "text"


@pytest.mark.parametrize(
    "text", [DCC.sign(DCC.payload()), HEALTH_CARD, CARD, "11010519491231002X", "https://secret.example"]
)
@pytest.mark.parametrize("options", [("--json",), ()])
def test_nothing_personal_is_printed_unless_asked(judged, text, options):
    trust = ["cert.pem", "jwks.json", "key.json"]
    planted = ("SECRET", "秘密", "MIMI", "1964", (b"h" * 16).hex(), "11010519491231002X", "secret.example", text)
    quiet, loud = (
        str(judged(text, trust=trust, options=options)),
        str(judged(text, trust=trust, options=[*options, "--show"])),
    )
    assert not [word for word in planted if word in quiet]
    assert len(loud) > len(quiet)


def test_each_check_is_shown_with_its_words(judged):
    expired = DCC.sign(DCC.payload(expires=NOW - timedelta(days=1)))
    said = judged(expired, trust=["cert.pem"], options=())
    assert "✗ 没有过期" in said
    assert "✓ 签名正确" in said
    assert "code." not in said, "every word has its sentence"


def test_a_household_says_how_many(judged):
    people = tuple(passcard.Member(bytes([n]) * 16, date(2026, 12, 1)) for n in range(4))
    text = passcard.issue_household(PRIVATE, 1, b"h" * 16, people)
    assert judged(text, trust=["key.json"])[0]["household"] == 4
    assert "一家共 4 人" in judged(text, trust=["key.json"], options=())


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"rubbish",
        b"{}",
        b"[]",
        b'{"keys": []}',
        b'{"keys": 5}',
        b"\xff\x00",
        b"A" * 44,
        b'{"certificates": [{"rawData": "QQ=="}]}',
    ],
)
def test_a_file_without_a_key_is_refused_with_what_to_do(judged, tmp_path, raw):
    (tmp_path / "bad").write_bytes(raw)
    with pytest.raises(KadianError, match="K0253"):
        judged(CARD, trust=["bad"])
    with pytest.raises(KadianError, match="K0250"):
        judged(CARD, trust=["absent"])
