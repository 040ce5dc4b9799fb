import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from uuid import UUID

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kadian.identifiers import new_epoch, new_id
from kadian.messages import MESSAGES, Command, Receipt, Refused, Screening, decode, encode, split_screenings
from kadian.messages.schema import documents, json_schemas

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLE = {
    "id": "0197a3c2-0000-7000-8000-000000000001",
    "epoch": "01HZX",
    "seq": 4711,
    "at": "2026-11-23T07:02:11.123+08:00",
    "clock": "synced",
    "temperature": {
        "celsius": 36.54,
        "kind": "body_estimate",
        "site": "forehead",
        "surface": 34.91,
        "ambient": 21.3,
        "conversion": "device",
        "samples": 12,
        "spread": 0.12,
        "device": "gy614v3",
        "quality": "ok",
    },
    "code": {"format": "pass", "status": "valid", "holder": "q83v", "colour": "green", "expires": "2026-12-01"},
    "verdict": "pass",
    "reasons": ["temperature_normal"],
    "operator": "v-12",
    "remeasure_of": "0197a3c2-0000-7000-8000-000000000000",
}

moments = st.datetimes(
    min_value=datetime(2000, 1, 1),
    max_value=datetime(2100, 1, 1),
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=8)), timezone(timedelta(hours=-3, minutes=-30))]),
)
words = st.text(min_size=1, max_size=64)
celsius = st.floats(min_value=-273.15, max_value=1000)
numbers = st.integers(min_value=1, max_value=2**53 - 1)
FIELDS = {
    "at": moments,
    "oldest_waiting": st.none() | moments,
    "epoch": st.from_regex(r"\A[0-9A-Za-z_-]{1,64}\Z"),
    "seq": numbers,
    "version": words,
    "celsius": celsius,
    "expires": st.none() | st.dates().map(lambda day: f"{day.year:04}-{day.month:02}-{day.day:02}"),
    "holder": st.none() | st.text(min_size=1, max_size=128),
    "public": st.from_regex(r"\A[A-Za-z0-9+/]{43}=\Z"),
    "reasons": st.lists(st.text(max_size=200), max_size=16).map(tuple),
    "missing": st.lists(numbers, max_size=500, unique=True).map(tuple),
    "also": st.lists(st.tuples(numbers, numbers), max_size=100).map(tuple),
    "through": st.integers(min_value=0, max_value=2**53 - 1),
    "spread": st.none() | st.floats(min_value=0, max_value=1000),
    "samples": st.none() | st.integers(min_value=1, max_value=100_000),
    "surface": st.none() | celsius,
    "ambient": st.none() | celsius,
    "from_": st.none() | numbers,
    "oldest": st.none() | numbers,
}


def values(kind):
    def field(one):
        if one.name in FIELDS and not (one.name in {"epoch", "through"} and kind is Command):
            return FIELDS[one.name]
        return annotated(one.type)

    return st.builds(kind, **{one.name: field(one) for one in msgspec.structs.fields(kind)})


def annotated(kind):
    info = msgspec.inspect.type_info(kind)
    return by_type(info)


def by_type(info):  # noqa: C901, PLR0911, PLR0912 - one answer a kind of type
    inspect = msgspec.inspect
    match info:
        case inspect.UnionType():
            return st.one_of(*(by_type(part) for part in info.types))
        case inspect.NoneType():
            return st.none()
        case inspect.LiteralType():
            return st.sampled_from(info.values)
        case inspect.StructType():
            return values(info.cls)
        case inspect.VarTupleType():
            return st.lists(by_type(info.item_type), max_size=3).map(tuple)
        case inspect.DictType():
            return st.dictionaries(by_type(info.key_type), by_type(info.value_type), max_size=3)
        case inspect.UUIDType():
            return st.uuids()
        case inspect.DateTimeType():
            return moments
        case inspect.Metadata():
            return by_type(info.type)
        case inspect.BoolType():
            return st.booleans()
        case inspect.IntType():
            return st.integers(min_value=info.ge or 0, max_value=info.le if info.le is not None else 10**6)
        case inspect.FloatType():
            return st.floats(
                min_value=-273.15 if info.ge is None else info.ge, max_value=1000 if info.le is None else info.le
            )
        case inspect.StrType():
            if info.pattern:
                return st.from_regex(info.pattern.removesuffix(r"(?!\n)").replace("^", r"\A").replace("$", r"\Z"))
            return st.text(min_size=info.min_length or 0, max_size=info.max_length or 64)
    raise AssertionError(info)


@pytest.mark.parametrize("kind", MESSAGES.values(), ids=lambda kind: kind.__name__)
def test_any_message_survives_encoding_and_decoding(kind):
    @given(values(kind))
    def survives(message):
        assert decode(kind, encode(message)) == message

    survives()


@pytest.mark.parametrize("kind", MESSAGES.values(), ids=lambda kind: kind.__name__)
def test_any_rubbish_is_refused_with_a_reason(kind):
    @given(
        st.binary()
        | st.text().map(str.encode)
        | st.recursive(
            st.none() | st.booleans() | st.floats() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        ).map(lambda value: json.dumps(value).encode())
    )
    def refused(rubbish):
        with pytest.raises(Refused, match=r".+"):
            decode(kind, rubbish)

    refused()


def test_the_contracts_example_is_read_and_written_as_it_stands():
    message = decode(Screening, json.dumps(EXAMPLE).encode())
    assert message.id == UUID(EXAMPLE["id"])
    written = json.loads(encode(message))
    assert datetime.fromisoformat(written.pop("at")) == datetime.fromisoformat(EXAMPLE["at"])
    expected = {key: value for key, value in EXAMPLE.items() if key != "at"}
    expected["temperature"] = {key: value for key, value in EXAMPLE["temperature"].items() if key != "quality"}
    written["temperature"].pop("quality", None)
    assert written == expected


def test_unknown_fields_are_ignored_and_missing_optional_ones_are_absent():
    smallest = {key: EXAMPLE[key] for key in ("id", "epoch", "seq", "at", "clock", "verdict")}
    message = decode(Screening, json.dumps(smallest | {"later": {"version": 2}}).encode())
    assert set(json.loads(encode(message))) == set(smallest)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("seq", 0), ("seq", -1), ("seq", 1.5), ("seq", True), ("seq", 2**53), ("at", "2026-11-23T07:02:11"),
        ("at", "yesterday"), ("clock", "right"), ("verdict", "maybe"), ("id", "17"), ("epoch", ""), ("epoch", "a b"),
        ("epoch", "e\n"), ("temperature", {"celsius": "36.5", "kind": "contact"}), ("temperature", {"celsius": 36.5}),
        ("temperature", {"celsius": 1e9, "kind": "contact"}), ("reasons", ["x"] * 17), ("code", {"format": "pass"}),
    ],
)  # fmt: skip
def test_a_wrong_field_is_refused_and_named(field, value):
    with pytest.raises(Refused, match=field):
        decode(Screening, json.dumps(EXAMPLE | {field: value}).encode())


def test_an_array_is_split_so_that_one_refused_screening_takes_no_other_with_it():
    parts = list(split_screenings(json.dumps([EXAMPLE, {"id": 1}, EXAMPLE]).encode()))
    assert len(parts) == 3
    assert decode(Screening, parts[0]) == decode(Screening, parts[2])
    with pytest.raises(Refused):
        decode(Screening, parts[1])


@pytest.mark.parametrize("payload", [b"[1, 2", b"[" * 100_000, json.dumps([1] * 501).encode(), b" " * 1_048_577])
def test_a_payload_that_cannot_be_split_is_refused(payload):
    with pytest.raises(Refused):
        [decode(Screening, part) for part in split_screenings(payload)]


def test_a_receipt_covers_what_it_says():
    receipt = Receipt("e", 5, (2, 4), ((8, 9),))
    assert [seq for seq in range(1, 12) if receipt.covers(seq)] == [1, 3, 5, 8, 9]
    assert receipt.highest == 9


def test_new_identifiers_sort_by_time_and_epochs_differ():
    made = [new_id() for _ in range(1000)]
    assert made == sorted(made)
    assert {one.version for one in made} == {7}
    assert len({new_epoch() for _ in range(1000)}) == 1000


def test_the_published_schemas_are_those_of_the_code():
    """After a change: `python -m kadian.messages.schema docs`."""
    for name, text in documents().items():
        assert (DOCS / name).read_text("utf-8") == text, name


def test_the_schema_accepts_the_contracts_example_and_refuses_a_wrong_one():
    schema = json_schemas()["screening"]
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(EXAMPLE, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(EXAMPLE | {"verdict": "maybe"}, schema)


def test_the_asyncapi_document_is_whole():
    document = json.loads((DOCS / "asyncapi.json").read_text("utf-8"))
    assert document["asyncapi"].startswith("3.")
    assert {channel["address"] for channel in document["channels"].values()} == {
        f"kadian/v1/{{site}}/{{gate}}/{kind}" for kind in MESSAGES
    }

    def references(part):
        if isinstance(part, dict):
            yield from ([part["$ref"]] if "$ref" in part else [])
            for inner in part.values():
                yield from references(inner)
        elif isinstance(part, list):
            for inner in part:
                yield from references(inner)

    for reference in references(document):
        place = document
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]
