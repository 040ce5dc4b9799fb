"""The EU's own test cases of Digital COVID Certificates, and what this program makes of each expectation."""

import json
from base64 import b64decode
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from base45 import b45decode

from agent.codes import dcc
from agent.codes.cose import is_signed, load, parse
from agent.codes.dcc_claims import Claims, claims, is_well_formed
from agent.codes.inflate import inflate
from agent.codes.judge import judge
from agent.codes.judged import Judged, Trust
from kadian.messages import DccKey, TrustLists
from kadian.trust import dcc_key

DOCUMENT = Path(__file__).parents[3] / "docs/dcc-cases.md"
VALUE_SETS = (
    "The file is right by its form; it names a {what} that is in no value set of the EU. Value sets change every few "
    "weeks and a gate without a network would refuse new ones, so no gate reads them: the signature says who vouches."
)
EXPLAINED = {
    ("FR/test_pcr_ok", "VALIDJSON"): "The file contradicts itself: its JSON has the test at 12:34:56Z, the signed "
    "certificate at 14:34:56Z. What is signed counts.",
    ("PL/1.0.0/7", "SCHEMAVALIDATION"): VALUE_SETS.format(what="test device"),
    ("PL/1.0.0/9", "SCHEMAVALIDATION"): VALUE_SETS.format(what="vaccine's maker"),
}
FOLDER = Path(__file__).parents[3].parent / "shared/data/dcc"


class Case(NamedTuple):
    name: str
    raw: dict[str, Any]

    @property
    def expected(self) -> dict[str, bool]:
        return {name.removeprefix("EXPECTED"): value for name, value in self.raw["EXPECTEDRESULTS"].items()}


def cases() -> list[Case]:
    paths = sorted(FOLDER.rglob("*.json"))
    names = [path.relative_to(FOLDER).as_posix().replace("/2DCode/raw", "").removesuffix(".json") for path in paths]
    return [Case(name, json.loads(path.read_text("utf-8"))) for name, path in zip(names, paths, strict=True)]


def met(case: Case) -> dict[str, bool]:
    """Each expectation of a case that its file has the fields for, and whether it is as expected."""
    return {
        name: _result(case, name) == value
        for name, value in case.expected.items()
        if all(case.raw.get(field) for field in FIELDS.get(name, ()))
    }


def _result(case: Case, name: str) -> bool:
    try:
        return STEPS[name](case)
    except (ValueError, KeyError, TypeError):
        return False


def _cose(case: Case) -> bytes:
    return bytes.fromhex(case.raw["COSE"]) if case.raw.get("COSE") else dcc.unwrap(case.raw["PREFIX"])


def _key(case: Case) -> DccKey:
    return dcc_key(b64decode(case.raw["TESTCTX"]["CERTIFICATE"]))


def _claims(case: Case) -> Claims:
    return claims(parse(_cose(case)).payload)


def _unprefix(case: Case) -> bool:
    text = case.raw["PREFIX"]
    return text.startswith(dcc.PREFIX) and text[4:] == case.raw.get("BASE45", text[4:])


def _base45(case: Case) -> bool:
    raw = b45decode(case.raw["BASE45"] if "BASE45" in case.raw else case.raw["PREFIX"][4:])
    # The files' own compressed bytes are of another run of the compressor in some cases: what comes out counts.
    return raw.hex() == case.raw.get("COMPRESSED", "").lower() or inflate(raw, dcc.MOST_BYTES) == _cose(case)


def _compression(case: Case) -> bool:
    return inflate(bytes.fromhex(case.raw["COMPRESSED"]), dcc.MOST_BYTES) == _cose(case)


def _verify(case: Case) -> bool:
    signed, key = parse(_cose(case)), _key(case)
    return bool(dcc.keys_of(signed, (key,))) and is_signed(signed, b64decode(key.key))


def _decode(case: Case) -> bool:
    payload = parse(_cose(case)).payload
    return payload.hex() == case.raw["CBOR"].lower() or _same(_claims(case).certificate, case.raw["JSON"])


def _json(case: Case) -> bool:
    return _same(_claims(case).certificate, case.raw["JSON"])


def _same(ours: Any, theirs: Any) -> bool:
    """Equal as JSON; two ways to write the same moment are one."""
    return _plain(ours) == _plain(theirs)


def _plain(item: Any) -> Any:
    if hasattr(item, "keys"):
        return {key: _plain(item[key]) for key in item}
    if isinstance(item, str) and "T" in item:
        try:
            return datetime.fromisoformat(item)
        except ValueError:
            return item
    return [_plain(one) for one in item] if isinstance(item, list | tuple) else item


def _usage(case: Case) -> bool:
    kind = _claims(case).kind
    return kind is not None and kind in _key(case).use


def _expiration(case: Case) -> bool:
    read, at = _claims(case), _clock(case)
    return read.expires is not None and at <= read.expires and (read.issued is None or read.issued <= at)


def _clock(case: Case) -> datetime:
    at = datetime.fromisoformat(case.raw["TESTCTX"]["VALIDATIONCLOCK"])
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at


def _picture(case: Case) -> bool:
    import cv2
    import numpy as np

    from agent.scanner.cascade import Cascade

    picture = cv2.imdecode(np.frombuffer(b64decode(case.raw["2DCODE"]), np.uint8), cv2.IMREAD_GRAYSCALE)
    return case.raw["PREFIX"] in [found.text for found in Cascade().read(picture)]


FIELDS = {
    "PICTUREDECODE": ("2DCODE",),
    "COMPRESSION": ("COMPRESSED",),
    "DECODE": ("CBOR",),
    "VALIDJSON": ("JSON",),
    "ENCODE": ("JSON", "CBOR"),
}
STEPS = {
    "PICTUREDECODE": _picture,
    "UNPREFIX": _unprefix,
    "B45DECODE": _base45,
    "COMPRESSION": _compression,
    "VERIFY": _verify,
    "DECODE": _decode,
    "VALIDJSON": _json,
    "VALIDOBJECT": lambda case: isinstance(case.raw["JSON"], dict),
    "ENCODE": lambda case: _same(load(bytes.fromhex(case.raw["CBOR"])), case.raw["JSON"]) or _decode(case),
    "SCHEMAVALIDATION": lambda case: is_well_formed(_claims(case)),
    "KEYUSAGE": _usage,
    "EXPIRATIONCHECK": _expiration,
}


HEAD = """# Digital COVID Certificates: the EU's test cases

Made by `python -m tests.agent.codes.cases`; a test compares. Source: eu-digital-green-certificates/dgc-testdata
(Apache-2.0), as far as it is beside the checkout. An expectation is looked at when the file has the fields for it.
"""
NOTES = """
## Decisions on which cases hang

- **The key is found by `kid`**, the first 8 bytes of the certificate's SHA-256, from the protected header or else the
  other. A signature that verifies under a certificate that it does not name is `unknown_key`.
- **P-384 under ES256 passes.** COSE's ES256 is ECDSA with SHA-256 and does not fix the curve (RFC 9053, section 2.1).
- **Key usage**: a certificate that names none of the three usages may sign all; otherwise only what it names.
- **Schema**: no copy of the official schema. `agent/codes/dcc_claims.py` asks for what a gate relies on: exactly one
  kind of entry, a name, a version, a country that exists or none, dates that exist, the fields that the kind needs.
  Several entries of the kind are allowed as in schema 1.0; the last one counts.
- **Tags** of COSE and CWT may be absent or doubled; other tags are dropped, so a tagged date is its text.
"""


VERDICTS = """
## Whole verdicts

`kadian code` with the case's certificate at the case's clock, for the cases that expect a verified signature and
nothing to be wrong. What is not `valid` fails a check that the case does not ask for.

"""


def verdict(case: Case) -> Judged:
    """The whole verdict on a case."""
    return judge(case.raw["PREFIX"], Trust(lists=TrustLists(dcc=(_key(case),))), _clock(case))


def _verdicts() -> str:
    good = [(case, verdict(case)) for case in cases() if case.expected.get("VERIFY") and all(case.expected.values())]
    lines = [
        f"- {case.name}: {judged.status}, " + ", ".join(name for name, passed in judged.checks.items() if not passed)
        for case, judged in good
        if judged.status != "valid"
    ]
    return f"{VERDICTS}{len(good) - len(lines)} of {len(good)} are `valid`; the others:\n\n" + "\n".join(lines) + "\n"


def document() -> str:
    """The whole document, from the cases as they are."""
    counts: dict[str, list[int]] = {}
    unmet, whole = [], 0
    for case in cases():
        results = met(case)
        whole += all(results.values())
        for name, good in results.items():
            count = counts.setdefault(name, [0, 0])
            count[0] += good
            count[1] += 1
            if not good:
                unmet.append(f"- **{case.name}, {name}**: {EXPLAINED.get((case.name, name), '?')}")
    rows = [f"| {name} | {good} | {total} |" for name, (good, total) in sorted(counts.items())]
    table = "\n".join(["| expectation | met | of |", "| --- | --- | --- |", *rows])
    total = f"Every expectation is met in {whole} of {len(cases())} cases."
    return f"{HEAD}\n{total}\n\n{table}\n\n## Unmet\n\n" + "\n".join(unmet) + "\n" + _verdicts() + NOTES


if __name__ == "__main__":
    DOCUMENT.write_text(document(), "utf-8")
