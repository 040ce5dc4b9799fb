from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.settings import AgentSettings
from collector.settings import CollectorSettings
from kadian.settings import ConfigRefused, Secret, check, load

OFFICE = """site = "chuanchang"
[broker]
url = "mqtt://127.0.0.1:1883"
username = "office"
password_file = "office.secret"
[http]
port = 8080
[screening]
fever_celsius = 37.3
[[channels]]
name = "secretary"
url = "webhook+http://127.0.0.1:9000/hook"
[[entrances]]
id = "e01"
name = "正门"
state = "open"
zone = "a"
x = 0.12
y = 0.80
[[entrances]]
id = "e02"
name = "菜场门"
state = "sealed"
"""


@pytest.fixture
def office(tmp_path):
    (tmp_path / "office.secret").write_text("s3cret\n", "utf-8")
    path = tmp_path / "office.toml"
    path.write_text(OFFICE, "utf-8")
    return path


def found(path, kind=CollectorSettings, environment=None):
    return [(problem.code, problem.where.rpartition("/")[2]) for problem in check(path, kind, environment or {})]


def test_the_contracts_example_is_read(office):
    settings = load(office, CollectorSettings, {})
    assert settings.site == "chuanchang"
    assert settings.entrances[0].y == 0.80
    assert settings.broker.password == Secret("s3cret")
    assert "s3cret" not in repr(settings)


def test_all_mistakes_are_told_at_once_each_with_its_line(office):
    text = OFFICE.replace('site = "chuanchang"', 'sight = "Chuan"').replace("port = 8080", "port = 99999")
    office.write_text(text.replace('state = "sealed"', 'state = "ajar"') + 'colour = "red"\n', "utf-8")
    assert found(office) == [
        ("K0104", "office.toml"),
        ("K0102", "office.toml:1"),
        ("K0103", "office.toml:7"),
        ("K0103", "office.toml:23"),
        ("K0105", "office.toml:24"),
    ]


def test_a_near_miss_is_guessed(office):
    office.write_text(OFFICE.replace("fever_celsius", "fever_celcius"), "utf-8")
    (problem,) = check(office, CollectorSettings, {})
    assert "fever_celsius" in problem.do("en")
    assert "screening.fever_celcius" in problem.what("zh")


def test_broken_toml_is_told_with_its_line(office):
    office.write_text(OFFICE + 'oops = "\n', "utf-8")
    assert found(office) == [("K0101", "office.toml:24")]


def test_a_missing_file_and_one_that_is_no_text_are_told(tmp_path):
    assert found(tmp_path / "none.toml") == [("K0108", "none.toml")]
    (tmp_path / "gbk.toml").write_bytes("site = '船厂'".encode("gbk"))
    assert found(tmp_path / "gbk.toml") == [("K0109", "gbk.toml")]


def test_the_environment_overrides_the_file_and_is_named_when_it_is_wrong(office):
    settings = load(office, CollectorSettings, {"KADIAN__HTTP__PORT": "9090", "KADIAN__ENTRANCES__1__STATE": "open"})
    assert settings.http.port == 9090
    assert settings.entrances[1].state == "open"
    assert found(office, environment={"KADIAN__HTTP__PORT": "many"}) == [("K0103", "KADIAN__HTTP__PORT")]
    assert found(office, environment={"KADIAN__HTTP__PROT": "1"}) == [("K0102", "KADIAN__HTTP__PROT")]


def test_a_section_of_the_other_side_in_the_environment_is_left_alone(office):
    assert found(office, environment={"KADIAN__OUTBOX__PATH": "x"}) == []


def test_a_secret_is_given_once_and_from_a_file_that_is_there(office):
    office.write_text(OFFICE.replace('username = "office"', 'password = "x"'), "utf-8")
    assert found(office) == [("K0106", "office.toml:5")]
    office.write_text(OFFICE.replace("office.secret", "gone.secret"), "utf-8")
    assert found(office) == [("K0107", "office.toml:5")]


def test_a_wrong_secret_is_not_shown(office):
    office.write_text(OFFICE.replace('password_file = "office.secret"', "password = 123456789"), "utf-8")
    (problem,) = check(office, CollectorSettings, {})
    assert "123456789" not in problem.lines()


def test_what_types_cannot_say_is_checked_too(office):
    office.write_text(OFFICE.replace('id = "e02"', 'id = "e01"').replace("mqtt://", "http://"), "utf-8")
    codes = [code for code, _ in found(office)]
    assert "K0120" in codes
    assert "K0122" in codes
    office.write_text('timezone = "Asia/Wuhan"\n' + OFFICE, "utf-8")
    assert found(office) == [("K0121", "office.toml:1")]


def test_a_gate_without_any_device_is_told(tmp_path):
    path = tmp_path / "gate.toml"
    path.write_text('site = "chuanchang"\ngate = "e01"\n', "utf-8")
    assert found(path, AgentSettings) == [("K0123", "gate.toml")]


def test_a_refused_configuration_tells_each_mistake_in_both_languages(office):
    office.write_text("", "utf-8")
    with pytest.raises(ConfigRefused) as refused:
        load(office, CollectorSettings, {})
    told = refused.value.lines()
    assert "缺少必须写的键" in told
    assert "required key" in told


@given(
    st.text()
    | st.lists(st.sampled_from([*OFFICE.splitlines(), "[x", "a=1", "[[entrances]]", "[entrances]"])).map("\n".join)
)
def test_no_text_makes_the_check_itself_fail(tmp_path_factory, text):
    path = Path(tmp_path_factory.getbasetemp()) / "any.toml"
    path.write_text(text, "utf-8")
    for kind in (CollectorSettings, AgentSettings):
        for problem in check(path, kind, {}):
            assert problem.lines()
