"""Whom to ring: what a configuration gets wrong is said before the office starts."""

import re
from pathlib import Path

import pytest

from collector.settings import CollectorSettings
from kadian.settings import ConfigRefused, load

EXAMPLE = Path(__file__).parents[2] / "config" / "collector.toml"
HEAD = 'site = "x"\n[[entrances]]\nid = "e01"\nname = "正门"\nstate = "open"\n'
PHONE = '[[channels]]\nname = "phone"\nurl = "webhook+http://127.0.0.1:1/"\n'
SECRETARY = '[[people]]\nid = "li"\nchannels = ["phone"]\n'


def codes(tmp_path, text):
    path = tmp_path / "office.toml"
    path.write_text(HEAD + text, "utf-8")
    try:
        load(path, CollectorSettings)
    except ConfigRefused as refused:
        return [problem.code for problem in refused.problems]
    return []


def test_the_examples_of_people_and_shifts_are_right_as_they_stand(tmp_path):
    text = EXAMPLE.read_text("utf-8")
    for section in ("people", "shifts"):
        block = re.search(rf"^# \[\[{section}\]\].*?(?=\n\n)", text, re.DOTALL | re.MULTILINE)[0]
        text = text.replace(block, re.sub(r"^# ", "", block, flags=re.MULTILINE))
    text = text.replace('person = "v-12"', 'person = "secretary"')
    path = tmp_path / "office.toml"
    path.write_text(text, "utf-8")
    made = load(path, CollectorSettings)
    assert (made.shifts[0].from_, made.people[0].role) == ("07:00", "secretary")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (PHONE + SECRETARY, None),
        (PHONE.replace("webhook", "wechat"), "K0400"),
        (PHONE.replace("webhook+", ""), "K0400"),
        (PHONE + SECRETARY.replace("phone", "telephone"), "K0540"),
        (PHONE + SECRETARY + '[[people]]\nid = "wang"\n', "K0541"),
        (PHONE + PHONE.replace('"phone"', '"other"') + SECRETARY, "K0542"),
        (PHONE + SECRETARY + 'role = "duty"\n', "K0543"),
        (PHONE + SECRETARY.replace("li", "李芳"), "K0103"),
        (PHONE + SECRETARY + '[[shifts]]\nperson = "li"\ngates = ["e99"]\nfrom = "07:00"\nuntil = "12:00"\n', "K0540"),
        (PHONE + '[alerts]\nlink = "https://kadian.example/?a=1"\n', "K0120"),
        (PHONE + '[alerts]\nlink = "https://li:secret@kadian.example"\n', "K0120"),
    ],
)
def test_who_would_never_be_rung_is_told(tmp_path, text, code):
    found = codes(tmp_path, text)
    assert (code in found) if code else (found == [])
