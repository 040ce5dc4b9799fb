"""The two catalogues of the pages say the same things, and all that the pages and the wire ask for."""

import json
import re
from pathlib import Path
from typing import get_args

import pytest

from kadian.messages import Verdict
from kadian.messages.status import GateState
from kadian.messages.telemetry import DeviceState

SOURCES = Path(__file__).parents[2] / "dashboard" / "src"
PLACEHOLDER = re.compile(r"\{(\w+)\}")
REASONS = [
    "temperature_normal",
    "temperature_high",
    "fever_confirmed",
    "code_valid",
    "code_refused",
    "code_missing",
    "code_unverified",
    "too_cold",
    "too_hot",
    "moving",
    "no_temperature",
    "surface_without_limit",
]


def catalogue(language: str) -> dict[str, str]:
    pairs = json.loads((SOURCES / "text" / f"{language}.json").read_text("utf-8"), object_pairs_hook=list)
    keys = [key for key, _ in pairs]
    assert len(keys) == len(set(keys)), f"{language}.json says a key twice"
    return dict(pairs)


def sources() -> str:
    return "\n".join(path.read_text("utf-8") for kind in ("*.svelte", "*.ts") for path in SOURCES.rglob(kind))


def test_both_languages_have_the_same_keys() -> None:
    assert catalogue("zh").keys() == catalogue("en").keys()


def test_both_languages_fill_the_same_placeholders() -> None:
    zh, en = catalogue("zh"), catalogue("en")
    differing = {key for key in zh if set(PLACEHOLDER.findall(zh[key])) != set(PLACEHOLDER.findall(en[key]))}
    assert not differing


def test_no_text_is_empty_and_the_chinese_one_is_chinese() -> None:
    assert all(text.strip() for language in ("zh", "en") for text in catalogue(language).values())
    without = {key for key, text in catalogue("zh").items() if not re.search(r"[\u4e00-\u9fff]", text)}
    assert without <= {"age.ago", "head.language", "head.sum_wrong", "delivery.why"}


def test_every_key_that_the_pages_ask_for_is_there() -> None:
    asked = set(re.findall(r"""\bt\(\s*["']([a-z_.0-9]+)["']""", sources()))
    assert asked, "the pattern finds nothing any more"
    assert asked <= catalogue("zh").keys()


def test_every_text_is_used_somewhere() -> None:
    text = sources()
    groups = set(re.findall(r"""\bword\(\s*["'](\w+)["']""", text)) | {"thermometer", "camera"}
    unused = {key for key in catalogue("zh") if f'"{key}"' not in text and key.split(".")[0] not in groups | {"chart"}}
    assert not unused


@pytest.mark.parametrize(
    ("group", "words"),
    [
        ("verdict", get_args(Verdict)),
        ("state", (*get_args(GateState), "unknown", "sealed")),
        ("thermometer", get_args(DeviceState)),
        ("camera", get_args(DeviceState)),
        ("reason", REASONS),
        ("delivery", ("waiting", "accepted", "refused")),
    ],
)
def test_every_word_of_the_wire_is_translated(group: str, words: tuple[str, ...]) -> None:
    assert {f"{group}.{word}" for word in words} <= catalogue("zh").keys()
