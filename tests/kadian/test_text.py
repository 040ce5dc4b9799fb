import re
import string
from pathlib import Path

import pytest

from kadian.text import catalogue, say

ROOT = Path(__file__).parents[2]


def fields(sentence):
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_both_languages_have_the_same_keys_and_placeholders():
    zh, en = catalogue("zh"), catalogue("en")
    assert zh.keys() == en.keys()
    assert {key: fields(zh[key]) for key in zh} == {key: fields(en[key]) for key in en}


def test_every_error_code_in_the_code_has_its_sentences_and_every_sentence_its_code():
    sources = [
        path.read_text("utf-8") for side in ("kadian", "agent", "collector") for path in (ROOT / side).rglob("*.py")
    ]
    used = {code for text in sources for code in re.findall(r'"(K\d{4})"', text)}
    said = {key.split(".")[0] for key in catalogue("zh") if re.fullmatch(r"K\d{4}\.(what|do)", key)}
    assert used == said
    for code in used:
        assert f"{code}.what" in catalogue("zh")
        assert f"{code}.do" in catalogue("zh")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_sentence_never_fails_for_want_of_a_value(language):
    for key in catalogue(language):
        assert say(key, language)


def test_chinese_sentences_are_chinese():
    for key, sentence in catalogue("zh").items():
        assert re.search(r"[一-鿿]", sentence), key
