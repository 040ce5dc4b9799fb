import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.api.paging import cursor_of, place_of
from collector.ledger import rejects


def test_screenings_are_told_newest_first_without_the_holder(call, place):
    old, new = place.screen(ago=600, verdict="recheck", celsius=37.6), place.screen(ago=5, celsius=None)
    answer = call.get("/api/v1/screenings")
    first, second = answer.json()["items"]
    assert [first["id"], second["id"]] == [str(new.id), str(old.id)]
    assert "secret-holder" not in answer.text
    assert "temperature" not in first
    assert second["temperature"] == {"celsius": 37.6, "kind": "body_estimate", "ambient": 21.0, "quality": "ok"}
    assert second["code"] == {"format": "pass", "status": "valid", "colour": "green", "expires": None}
    assert second["at"] == "2026-11-23T07:20:00+08:00"
    assert second["received_at"] == "2026-11-23T07:20:00.500+08:00"
    assert second["operator"] is None
    assert second["remeasure_of"] is None
    assert (second["gate"], second["epoch"], second["seq"], second["reasons"]) == (
        "e01",
        "a",
        1,
        ["temperature_normal"],
    )
    assert answer.json()["next_cursor"] is None


def test_pages_follow_each_other_without_a_gap_or_a_double_even_while_new_ones_arrive(call, place):
    made = [str(place.screen(ago=1000 - n // 3).id) for n in range(20)]
    seen, cursor = [], None
    while True:
        answer = call.get("/api/v1/screenings", params={"limit": 3} | ({"cursor": cursor} if cursor else {})).json()
        seen += [item["id"] for item in answer["items"]]
        cursor = answer["next_cursor"]
        if cursor is None:
            break
        place.screen(ago=0)
    assert seen == made[::-1]


def test_a_page_that_is_just_full_has_no_next(call, place):
    for _ in range(3):
        place.screen()
    assert call.get("/api/v1/screenings?limit=3").json()["next_cursor"] is None


@pytest.mark.parametrize(
    "query",
    [
        "since=2026-11-23T07:25:00%2B08:00",
        "since=2026-11-23T07:25:00+08:00",
        "since=2026-11-22T23:25:00Z",
        "since=2026-11-23T07:25:00",
        "since=2026-11-23 07:25",
        "since=1795389900000",
        "verdict=stop",
        "gate=e09",
        "since=2026-11-23T07:25:00&until=2026-11-24",
    ],
)
def test_each_filter_finds_the_one_it_names(call, place, query):
    place.screen(ago=3600)
    wanted = place.screen(gate="e09", ago=60, verdict="stop")
    assert [item["id"] for item in call.get(f"/api/v1/screenings?{query}").json()["items"]] == [str(wanted.id)]


def test_until_leaves_out_its_own_moment(call, place):
    place.screen(ago=0)
    assert call.get("/api/v1/screenings?until=2026-11-23T07:30:00").json()["items"] == []


def test_the_summary_counts_from_the_sites_midnight_and_names_gaps(call, place):
    place.screen(ago=8 * 3600)  # yesterday, 23:30
    place.seqs["e01"] = 4
    place.screen(verdict="recheck")
    place.screen(gate="e03")
    assert call.get("/api/v1/screenings/summary").json() == {
        "total": 2,
        "by_gate": {"e01": 1, "e03": 1},
        "by_verdict": {"pass": 1, "recheck": 1},
        "gaps": {"e01": [[2, 4]]},
    }
    assert call.get("/api/v1/screenings/summary?since=0").json()["total"] == 3


def test_refused_messages_are_told_with_their_reason(call, place):
    with place.ledger.begin() as connection:
        for number in range(3):
            refused = rejects.Refused(f"kadian/v1/x/e0{number}/screening", "not JSON", b"\xff<b>")
            rejects.add(connection, [refused], 1_000 + number)
    first = call.get("/api/v1/rejects?limit=2").json()
    assert [item["topic"][-13:] for item in first["items"]] == ["e02/screening", "e01/screening"]
    assert first["items"][0]["excerpt"] == "\\xff<b>"
    rest = call.get("/api/v1/rejects", params={"cursor": first["next_cursor"]}).json()
    assert [item["topic"][-13:] for item in rest["items"]] == ["e00/screening"]
    assert rest["next_cursor"] is None


@given(
    st.tuples(
        st.integers(-(2**53), 2**53),
        st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40),
    )
)
def test_a_cursor_gives_its_place_back(place_in_list):
    assert place_of(cursor_of(place_in_list), tuple[int, str]) == place_in_list
