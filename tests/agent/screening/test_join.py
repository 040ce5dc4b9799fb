"""Which code belongs to which reading."""

from hypothesis import given
from hypothesis import strategies as st

from agent.screening import Joiner
from kadian.identifiers import new_id
from kadian.messages import Code, Temperature

A, B = Code("pass", "valid", "a"), Code("pass", "valid", "b")
ONE, TWO = Temperature(36.5, "body_estimate"), Temperature(36.6, "body_estimate")


def pairs(found):
    return [(joined.temperature, joined.code) for joined in found]


def test_a_reading_takes_the_code_shown_before_it_at_once():
    joiner = Joiner()
    assert joiner.code(A, 10.0) == []
    assert pairs(joiner.reading(ONE, 15.9)) == [(ONE, A)]
    assert joiner.deadline is None


def test_a_code_that_was_shown_too_long_ago_is_not_taken():
    joiner = Joiner()
    joiner.code(A, 10.0)
    assert joiner.reading(ONE, 16.1) == []
    assert pairs(joiner.tick(16.9)) == [(ONE, None)]


def test_a_code_still_in_view_counts_as_seen_again():
    joiner = Joiner()
    for tenth in range(200):
        joiner.code(A, 10.0 + tenth / 10)
    assert pairs(joiner.reading(ONE, 32.0)) == [(ONE, A)]


def test_a_poster_on_the_wall_is_nobodys_code():
    joiner, poster = Joiner(), Code("text", "unverified", "p")
    for second in range(70):
        joiner.code(poster, float(second))
    assert joiner.reading(ONE, 70.0) == []
    joiner.code(poster, 70.1)
    assert pairs(joiner.code(A, 70.2)) == [(ONE, A)]


def test_a_reading_waits_a_moment_for_its_code():
    joiner = Joiner()
    assert joiner.reading(ONE, 10.0) == []
    assert joiner.deadline == 10.7
    assert joiner.tick(10.69) == []
    assert pairs(joiner.code(A, 10.69)) == [(ONE, A)]
    assert joiner.tick(20.0) == []


def test_the_moment_of_a_joined_reading_is_the_readings():
    joiner = Joiner()
    joiner.reading(ONE, 10.0)
    joined = joiner.code(A, 10.5)[0]
    assert (joined.at, joined.code_at) == (10.0, 10.5)


def test_a_required_code_is_waited_for_longer_and_one_that_is_off_not_at_all():
    required, off = Joiner("required"), Joiner("off")
    required.reading(ONE, 10.0)
    assert required.tick(14.9) == []
    assert pairs(required.tick(15.0)) == [(ONE, None)]
    assert pairs(off.reading(ONE, 10.0)) == [(ONE, None)]
    assert off.code(A, 10.0) == []


def test_a_gate_without_a_camera_waits_for_no_code():
    assert pairs(Joiner(camera=False).reading(ONE, 10.0)) == [(ONE, None)]


def test_a_code_is_used_once():
    joiner = Joiner()
    joiner.code(A, 10.0)
    joiner.reading(ONE, 10.1)
    assert joiner.reading(TWO, 12.0) == []
    assert pairs(joiner.tick(13.0)) == [(TWO, None)]


def test_a_code_shown_again_for_the_second_reading_is_taken_again():
    joiner = Joiner()
    joiner.code(A, 10.0)
    joiner.reading(ONE, 10.1)
    joiner.code(A, 14.0)
    assert pairs(joiner.reading(TWO, 15.0)) == [(TWO, A)]


def test_the_next_persons_code_is_taken_for_the_next_reading():
    joiner = Joiner()
    joiner.code(A, 10.0)
    joiner.reading(ONE, 10.1)
    joiner.code(A, 10.5)
    joiner.code(B, 12.0)
    assert pairs(joiner.reading(TWO, 13.0)) == [(TWO, B)]


def test_a_second_reading_sends_the_waiting_one_on_its_way():
    joiner = Joiner()
    joiner.reading(ONE, 10.0)
    assert pairs(joiner.reading(TWO, 10.3)) == [(ONE, None)]
    assert pairs(joiner.code(A, 10.4)) == [(TWO, A)]


def test_a_code_alone_makes_a_screening_only_without_a_thermometer():
    assert Joiner().code(A, 10.0) == []
    joiner = Joiner(thermometer=False)
    assert pairs(joiner.code(A, 10.0)) == [(None, A)]
    assert joiner.code(A, 12.0) == []
    assert pairs(joiner.code(B, 12.1)) == [(None, B)]
    assert pairs(joiner.code(A, 30.0)) == [(None, A)]


@given(
    st.lists(st.tuples(st.sampled_from("rcht"), st.one_of(st.floats(0, 3), st.floats(0, 0.2)), st.integers(0, 3))),
    st.sampled_from(["off", "optional", "required"]),
)
def test_every_reading_becomes_exactly_one_screening(events, rule):
    joiner, now, said, joined = Joiner(rule), 0.0, [], []
    for number, (event, wait, which) in enumerate(events):
        now += wait
        if event == "r":
            said.append(Temperature(30 + number / 100, "contact"))
            joined += joiner.reading(said[-1], now)
        elif event == "c":
            joined += joiner.code(Code("pass", "valid", f"h{which}"), now)
        elif event == "h":
            joined += joiner.code(Code("url", "unverified", f"h{which % 2}", colour=["green", None][which // 2]), now)
        else:
            joined += joiner.tick(now)
    joined += joiner.tick(now + 100)
    assert [one.temperature for one in joined] == said
    assert joiner.deadline is None


GREY, GREEN = (Code("url", "unverified", "u", colour=colour) for colour in (None, "green"))


def test_a_reading_that_waited_for_a_code_gets_it_with_its_colour():
    joiner = Joiner("required")
    joiner.reading(ONE, 10.0)
    assert joiner.code(GREY, 12.0) == []
    assert joiner.deadline == 12.3
    (joined,) = joiner.code(GREEN, 12.2)
    assert (joined.code, joined.at, joined.code_at) == (GREEN, 10.0, 12.0)
    assert joiner.reading(TWO, 12.4)[0].code == GREEN
    assert joiner.deadline is None


def test_a_code_that_shows_no_colour_is_not_waited_for_beyond_the_moment_nor_beyond_the_wait_for_a_code():
    joiner = Joiner()
    joiner.reading(ONE, 10.0)
    assert joiner.code(GREY, 10.6) == []
    assert pairs(joiner.tick(10.7)) == [(ONE, GREY)]
    assert pairs(joiner.reading(TWO, 11.0)) == [(TWO, GREY)]


def test_a_code_that_came_into_view_just_before_the_reading_settles_too():
    joiner = Joiner()
    joiner.code(GREY, 10.0)
    assert joiner.reading(ONE, 10.1) == []
    assert pairs(joiner.code(GREEN, 10.2)) == [(ONE, GREEN)]


def test_the_next_code_sends_one_that_settles_on_its_way():
    joiner = Joiner()
    joiner.reading(ONE, 10.0)
    joiner.code(GREY, 10.1)
    assert pairs(joiner.code(A, 10.2)) == [(ONE, GREY)]
    assert pairs(joiner.reading(TWO, 10.5)) == [(TWO, A)]


def test_without_a_thermometer_a_showing_settles_and_counts_once():
    joiner = Joiner(thermometer=False)
    assert joiner.code(GREY, 10.0) == []
    assert pairs(joiner.code(GREEN, 10.2)) == [(None, GREEN)]
    assert joiner.code(GREEN, 10.3) == joiner.tick(20.0) == []
    assert joiner.code(GREY, 30.0) == []
    assert pairs(joiner.tick(30.3)) == [(None, GREY)]


def test_a_reading_that_may_not_wait_takes_the_code_shown_before_it_or_none():
    joiner = Joiner("required")
    assert pairs(joiner.reading(ONE, 10.0, wait=False)) == [(ONE, None)]
    joiner.code(A, 11.0)
    assert pairs(joiner.reading(TWO, 12.0, wait=False)) == [(TWO, A)]
    assert joiner.deadline is None


def test_a_reading_that_may_not_wait_sends_the_one_that_waits_before_it():
    joiner = Joiner()
    joiner.reading(ONE, 10.0)
    assert pairs(joiner.reading(TWO, 10.1, wait=False)) == [(ONE, None), (TWO, None)]


def test_what_the_volunteer_chose_stays_with_the_reading_while_it_waits_for_its_code():
    joiner, rest = Joiner(), new_id()
    joiner.reading(ONE, 10.0, rest)
    (joined,) = joiner.code(A, 10.2)
    assert (joined.chosen, joined.code) == (rest, A)


def test_a_code_that_was_shown_for_another_purpose_joins_nothing():
    joiner = Joiner()
    joiner.code(A, 10.0)
    joiner.forget(A)
    assert joiner.reading(ONE, 10.5) == []
    assert pairs(joiner.tick(12.0)) == [(ONE, None)]
