from pathlib import Path

import pytest

from bench import winter

PAGE = Path(__file__).parents[2] / "docs" / "screening.md"


@pytest.fixture(scope="module")
def printed():
    with pytest.MonkeyPatch.context() as patched:
        lines = []
        patched.setattr("builtins.print", lines.append)
        return winter.run(), "\n".join(lines)


def test_the_published_tables_are_what_the_program_prints(printed):
    page = PAGE.read_text("utf-8")
    _, text = printed
    for table in text.split("\n\n"):
        assert table in page


def test_what_the_page_says_in_words_is_in_its_figures(printed):
    results, _ = printed
    by_minutes = {row["minutes"]: row for row in results["rests"]}
    found = {minutes: row["found"]["+1.0"] for minutes, row in by_minutes.items()}
    assert found[0]["fixed"] < 2
    assert round(found[5]["fixed"], -1) == 40
    assert found[60]["fixed"] > 90
    assert all(found[minutes]["alone"] < found[minutes]["fixed"] for minutes in (1, 3, 5))
    assert all(found[minutes]["with_hints"] - found[minutes]["fixed"] < 1 for minutes in (0, 1, 3, 5))
    assert found[60]["with_hints"] - found[60]["fixed"] == pytest.approx(2.5)
    assert by_minutes[60]["asked"]["with_hints"] - by_minutes[60]["asked"]["fixed"] == pytest.approx(1.6)
    assert abs(results["cluster"][60]["limit_moved"]) < 0.05
    assert results["cluster"][60]["mean_would_move"] > 0.5
    assert [by_minutes[minutes]["asked"]["too_cold"] for minutes in (0, 5)] == pytest.approx([94, 18], abs=0.5)


def test_the_figures_of_the_fixed_limit_are_those_of_the_distribution(printed):
    """Worked out on paper: what lies above 37.25, which a gun shows as 37.3."""
    results, _ = printed
    for row in results["rests"]:
        healthy = winter.Gate(row["minutes"]).forehead
        assert row["asked"]["fixed"] == pytest.approx(100 * (1 - healthy.cdf(37.25)), abs=0.7)
        for fever, rise in winter.RISES.items():
            assert row["found"][fever]["fixed"] == pytest.approx(100 * (1 - healthy.cdf(37.25 - rise)), abs=0.7)
