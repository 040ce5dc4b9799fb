import re

import pytest

from collector.access.links import HOUR_MS, LinkKey
from kadian.errors import KadianError

DELIVERY = "6a1f3a52-7c1e-5c0b-9d57-0f3f6f1f5c8e"
UNTIL = 500_000 * HOUR_MS


def test_a_token_is_32_letters_and_says_which_message_and_until_when(tmp_path):
    key = LinkKey(tmp_path)
    token = key.token(DELIVERY, UNTIL - 1)
    assert re.fullmatch(r"[\w-]{32}", token, re.ASCII)
    opened = key.opened(token)
    assert (opened.delivery, opened.until_ms) == (DELIVERY[:23], UNTIL)


def test_the_key_is_made_once_for_its_owner_alone_and_links_outlive_a_restart(tmp_path):
    token = LinkKey(tmp_path).token(DELIVERY, UNTIL)
    assert (tmp_path / "links.key").stat().st_mode & 0o777 == 0o600
    assert LinkKey(tmp_path).opened(token) is not None


def test_no_changed_letter_opens_anything(tmp_path):
    key = LinkKey(tmp_path)
    token = key.token(DELIVERY, UNTIL)
    for place, letter in enumerate(token):
        assert key.opened(token[:place] + ("A" if letter != "A" else "B") + token[place + 1 :]) is None


def test_what_another_office_wrote_opens_nothing(tmp_path):
    assert LinkKey(tmp_path / "a").opened(LinkKey(tmp_path / "b").token(DELIVERY, UNTIL)) is None


@pytest.mark.parametrize("token", ["", "A" * 31, "A" * 33, "é" * 32, "+" * 32, "A" * 32, "A" * 31 + "\n", "../" * 11])
def test_rubbish_is_no_token(tmp_path, token):
    assert LinkKey(tmp_path).opened(token) is None


def test_a_damaged_key_is_told_with_what_to_do(tmp_path):
    LinkKey(tmp_path)
    (tmp_path / "links.key").write_bytes(b"short")
    with pytest.raises(KadianError) as told:
        LinkKey(tmp_path)
    assert told.value.code == "K0580"
    assert "{" not in told.value.lines()
