import pytest

from agent.settings import AgentSettings
from kadian.settings import check

HEAD = 'site = "here"\ngate = "e01"\n[thermometer]\nport = "/dev/kadian-therm"\n'


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ('driver = "gy614v4"', "K0210"),
        ('driver = "xyzzy"', "K0211"),
        ('driver = "gy614v3"\noptions = { a = 1 }', "K0212"),
        ('driver = "fe_fd"\noptions = { no_such = 1 }', "K0213"),
        ('driver = "fe_fd"\noptions = { body_flag = 1 }', None),
    ],
)
def test_a_driver_that_there_is_not_and_options_that_it_has_not_are_mistakes_of_the_file(tmp_path, lines, code):
    path = tmp_path / "agent.toml"
    path.write_text(HEAD + lines, "utf-8")
    assert [problem.code for problem in check(path, AgentSettings, {})] == ([code] if code else [])
