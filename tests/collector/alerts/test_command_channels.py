import pytest
from click.testing import CliRunner

from kadian.command.main import kadian
from kadian.errors import KadianError


@pytest.fixture
def run(tmp_path, phone):
    def at(*arguments, url=None):
        config = tmp_path / "collector.toml"
        (tmp_path / "key").write_text("k3y")
        config.write_text(
            'site = "x"\n[[channels]]\nname = "phone"\n'
            f'url = "webhook+{phone.url}"\n[[channels]]\nname = "group"\ntoken_file = "key"\nto = ["13800138000"]\n'
            f'url = "{url or "wecom_robot+" + phone.url}"\n'
        )
        return CliRunner().invoke(kadian, ["channels", "test", "--config", str(config), *arguments])

    return at


def test_one_channel_is_tried_and_its_acceptance_told(run, phone):
    told = run("phone")
    assert told.exit_code == 0
    assert "phone：服务收下了" in told.output
    ((_, body, _),) = phone.calls
    assert (body["kind"], body["severity"]) == ("test", "page")


def test_without_a_name_all_are_tried_and_a_refusal_says_what_where_and_what_to_do(run, phone):
    phone.answers = [(200, b"{}"), (200, b'{"errcode":93000,"errmsg":"invalid webhook url"}')]
    told = run()
    assert told.exit_code == 1
    assert "phone：服务收下了" in told.output
    assert "K0532 channels.group" in told.output
    assert "机器人的 key 不对" in told.output
    assert "怎么办" in told.output
    assert "k3y" not in told.output
    assert "13800138000" not in told.output
    assert len(phone.calls) == 2


def test_a_service_that_does_not_answer_leaves_it_open(run, phone):
    phone.answers = [(502, b"")]
    told = run("group")
    assert told.exit_code == 1
    assert "K0533 channels.group" in told.output
    assert "HTTP 502" in told.output


def test_a_channel_that_cannot_be_opened_does_not_hold_up_the_others(run, phone):
    told = run(url="ntfy+ftp://h/topic")
    assert told.exit_code == 1
    assert "phone：服务收下了" in told.output
    assert "K0401 channels.group.url" in told.output


def test_a_name_that_is_not_there_is_told_with_those_that_are(run, phone):
    told = run("nobody")
    assert isinstance(told.exception, KadianError)
    assert told.exception.code == "K0534"
    assert "phone, group" in told.exception.do()
    assert phone.calls == []
