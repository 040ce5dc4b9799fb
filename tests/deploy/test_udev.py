"""The udev rules name the devices that the program knows, and are written as udev reads them."""

import re
from pathlib import Path

import pytest

from agent.wire.known import KNOWN

LINES = (Path(__file__).parents[2] / "deploy/udev/99-kadian.rules").read_text("utf-8").splitlines()
RULES = [line for line in LINES if line and not line.startswith("#")]
PART = re.compile(r'[A-Z_]+(\{[A-Za-z_]+\})?(==|=|\+=)"[^"]*"')


def ids():
    for rule in RULES:
        vendor = re.search(r'idVendor\}=="(\w{4})"', rule)
        if vendor:
            for product in re.search(r'idProduct\}=="([\w|]+)"', rule)[1].split("|"):
                yield f"{vendor[1]}:{product}", rule


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_is_a_list_of_matches_and_assignments(rule):
    parts = rule.split(", ")
    assert all(PART.fullmatch(part) for part in parts)
    # udev checks all matches first, wherever they stand; a person reads from left to right.
    matches = ["==" in part for part in parts]
    assert matches == sorted(matches, reverse=True)


def test_every_known_device_that_is_supported_has_its_rule_and_no_other():
    assert {usb for usb, _ in ids()} == {usb for usb, known in KNOWN.items() if known.what != "unsupported"}


def test_a_gun_is_readable_both_as_a_port_and_as_a_keyboard():
    for usb, known in KNOWN.items():
        if known.what == "gun":
            assert {rule.split(",")[0] for one, rule in ids() if one == usb} == {
                'SUBSYSTEM=="usb"',
                'SUBSYSTEM=="input"',
            }


def test_the_rules_end_at_their_label():
    assert RULES[0].endswith('GOTO="kadian_end"')
    assert RULES[-1] == 'LABEL="kadian_end"'
