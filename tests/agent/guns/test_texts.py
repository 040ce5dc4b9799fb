"""A gun's bytes become texts, whatever ends them, in whatever pieces they come."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.guns.texts import ACKNOWLEDGED, MOST_BYTES, Texts, decode

URL = "https://example.org/h?c=卡点01"


def read(*pieces, quiet_between=False):
    texts, found = Texts(), []
    for piece in pieces:
        found += texts.feed(piece)
        if quiet_between:
            found += texts.settle()
    return [one.text for one in found + texts.settle()]


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n", b"\t"])
def test_each_end_separates_texts_even_when_they_come_together(end):
    assert read(b"A1" + end + b"B2" + end) == ["A1", "B2"]
    assert read(*(bytes([byte]) for byte in b"A1" + end + b"B2" + end)) == ["A1", "B2"]


def test_a_gun_without_an_end_is_ended_by_the_quiet_line():
    assert read(b"A1", b"B2", quiet_between=True) == ["A1", "B2"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_chinese_is_read_as_utf_8_or_gb18030_and_the_raw_bytes_are_kept(encoding):
    texts = Texts()
    (found,) = texts.feed(URL.encode(encoding) + b"\r")
    assert (found.text, found.raw) == (URL, URL.encode(encoding))


@pytest.mark.parametrize("text", ["证01", "学", "欧一诺", "武汉", "Müller", "Ελλάδα", "Привет", "卡点"])
def test_what_could_be_read_either_way_is_read_as_it_was_meant(text):
    assert decode(text.encode()) == text
    if not text.isascii() and "\u4e00" <= text[0] <= "\u9fff":
        assert decode(text.encode("gbk")) == text


def test_what_is_neither_is_counted_and_not_given():
    texts = Texts()
    assert texts.feed(b"\xff\xfe\xff\r") == []
    assert texts.counts.undecodable == 1


@pytest.mark.parametrize("pieces", [1, 3, 7])
def test_the_answers_of_a_module_are_no_text(pieces):
    stream = ACKNOWLEDGED + b"A1\r" + ACKNOWLEDGED + ACKNOWLEDGED + b"B2\r" + ACKNOWLEDGED
    cut = [stream[n : n + pieces] for n in range(0, len(stream), pieces)]
    assert read(*cut) == ["A1", "B2"]


def test_a_text_torn_off_is_thrown_away_by_a_gun_that_ends_its_texts():
    texts = Texts()
    assert [one.text for one in texts.feed(b"whole\rtor")] == ["whole"]
    assert texts.settle() == []
    assert texts.counts.torn == 1
    assert [one.text for one in texts.feed(b"next\r")] == ["next"]


def test_a_gun_set_up_anew_without_an_end_loses_one_text_and_no_more():
    texts = Texts()
    texts.feed(b"A1\r")
    lost = [texts.feed(b"B2") + texts.settle() for _ in range(3)]
    assert [[one.text for one in found] for found in lost] == [[], ["B2"], ["B2"]]


def test_the_rest_of_a_text_that_was_under_way_when_the_port_was_opened_is_no_text():
    texts = Texts()
    texts.reset()
    assert [one.text for one in texts.feed(b"234567\rwhole\r")] == ["whole"]
    texts.reset()
    assert texts.settle() == []
    assert [one.text for one in texts.feed(b"first\r")] == ["first"]


def test_a_stream_without_an_end_is_bounded_and_its_tail_is_no_text():
    texts = Texts()
    for _ in range(100):
        assert texts.feed(b"x" * 1000) == []
        assert len(texts._buffer) <= MOST_BYTES + 1000
    assert [one.text for one in texts.feed(b"tail\rwhole\r")] == ["whole"]
    assert texts.counts.too_long == 1


def test_the_longest_code_passes():
    assert read(b"9" * 2953 + b"\r\n") == ["9" * 2953]


def test_the_frame_of_some_guns_is_taken_off_and_zeros_stay():
    assert read(b"\x02A\x00B\x03\r") == ["A\x00B"]


@given(chunks=st.lists(st.binary(max_size=30) | st.sampled_from([b"\r", b"\t", ACKNOWLEDGED, b"\x81", b"\x00"])))
def test_no_bytes_make_it_raise_and_pieces_do_not_matter(chunks):
    assert read(b"".join(chunks)) == read(*chunks)
    for chunk in chunks:
        decode(chunk)
