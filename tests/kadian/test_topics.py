import pytest
from hypothesis import given
from hypothesis import strategies as st

from kadian.topics import Kind, Topic, every_gate, parse, topic

names = st.from_regex(r"\A[a-z0-9-]{1,32}\Z")


@given(names, names, st.sampled_from(Kind))
def test_a_topic_that_was_built_is_parsed_back(site, gate, kind):
    assert parse(topic(site, gate, kind)) == Topic(site, gate, kind)


def test_the_contracts_names():
    assert topic("chuanchang", "e01", Kind.SCREENING) == "kadian/v1/chuanchang/e01/screening"
    assert topic("chuanchang", "e01", Kind.REPLY) == "kadian/v1/chuanchang/e01/command/reply"
    assert every_gate("chuanchang", Kind.STATUS) == "kadian/v1/chuanchang/+/status"


@pytest.mark.parametrize("level", ["", "A", "e_1", "e/1", "+", "#", "e 1", "门", "e" * 33, "e\n", "e\0"])
def test_what_is_no_level_is_refused(level):
    with pytest.raises(ValueError, match="a-z0-9-"):
        topic("chuanchang", level, Kind.STATUS)
    with pytest.raises(ValueError, match=r".+"):
        parse(f"kadian/v1/chuanchang/{level}/status")


@given(st.text())
def test_rubbish_is_refused_with_a_reason(text):
    with pytest.raises(ValueError, match=r".+"):
        parse(text)
