"""What a store's answers mean, as InfluxDB's pages have them."""

import pytest

from collector.series.remote.answers import LinesRefused, TooMuchAtOnce, Unwilling, failure


@pytest.mark.parametrize("status", [400, 422])
def test_a_bad_line_is_told_with_the_stores_words(status):
    answer = failure("http://s", status, "unable to parse 'x':\n missing fields")
    assert isinstance(answer, LinesRefused)
    assert str(answer) == "unable to parse 'x': missing fields"


def test_a_request_that_is_too_large_is_no_bad_line():
    assert isinstance(failure("http://s", 413, ""), TooMuchAtOnce)


@pytest.mark.parametrize(
    ("status", "retry_after", "code", "pause", "away"),
    [
        (401, None, "K0364", 60.0, False),
        (403, None, "K0364", 60.0, False),
        (404, None, "K0365", 60.0, False),
        (405, None, "K0365", 60.0, False),
        (302, None, "K0365", 60.0, False),
        (429, "7", "K0366", 7.0, False),
        (503, "3", "K0366", 3.0, False),
        (503, None, "K0366", None, False),
        (503, "Wed, 25 Nov 2026 05:00:00 GMT", "K0366", None, False),
        (429, "999999", "K0366", 300.0, False),
        (500, None, "K0363", None, True),
        (502, None, "K0363", None, True),
    ],
)
def test_everything_else_is_tried_again_when_it_makes_sense(status, retry_after, code, pause, away):
    answer = failure("http://s", status, "why", retry_after)
    assert isinstance(answer, Unwilling)
    assert (answer.error.code, answer.pause, answer.away) == (code, pause, away)
    assert "why" in answer.error.what("en")
    assert answer.error.what("zh")
    assert answer.error.do("zh")
