import logging
import time

import pytest

from collector.alerts.channel import open_channel
from collector.alerts.channels import apprise
from collector.settings import Channel
from kadian.errors import KadianError
from kadian.settings import Secret

KEY = "Akey-1x2y3z"


@pytest.fixture
def elsewhere(phone, monkeypatch, tmp_path):
    """A proxy and passwords that the environment offers."""
    address = phone.url.removesuffix("/hook")
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login office password office-word\n", "utf-8")
    monkeypatch.setenv("HOME", str(tmp_path))
    return address.removeprefix("http://")


def test_its_success_is_not_known_its_failure_is_tried_again_and_nothing_goes_elsewhere(
    elsewhere, phone, page, caplog, capfd
):
    duty = open_channel(Channel("duty", f"apprise+gotify://{elsewhere}/{{token}}", Secret(KEY)))
    phone.answers = [(200, b'{"id":1}'), (200, b'{"errorCode":401,"error":"no"}'), (401, b""), (302, b""), (200, b"{}")]
    with caplog.at_level(logging.DEBUG):
        told = [duty.send(page) for _ in range(4)]
    assert [(one.kind, one.retry) for one in told] == [("unknown", False)] * 2 + [("refused", True)] * 2
    assert "HTTP 401" in told[2].reason
    assert phone.paths == ["/message"] * 4
    _, body, headers = phone.calls[0]
    assert (body["title"], body["message"]) == ("正门 38.4°C 两次确认", "请复核后记录")
    assert headers["X-Gotify-Key"] == KEY
    assert "Authorization" not in headers
    said = capfd.readouterr()
    assert (said.out, said.err) == ("", "")
    for text in (caplog.text, *(one.reason for one in told)):
        assert KEY not in text
        assert elsewhere not in text


def test_the_key_stands_in_the_url_as_one_part_of_it(phone, page):
    address = phone.url.removeprefix("http://")
    duty = open_channel(
        Channel("duty", f"apprise+json://{address}/{{token}}/{{secret}}", Secret("a/b c\n"), Secret("d"))
    )
    duty.send(page)
    assert phone.paths == ["/hook/a%2Fb%20c/d"]
    assert "github" not in str(phone.calls)


@pytest.mark.parametrize("program", ["import time; time.sleep(5)", "raise SystemExit(1)", "print('{}')", "print(1)"])
def test_what_does_not_answer_or_not_in_time_is_not_known(page, program, monkeypatch, tmp_path):
    (tmp_path / "program.py").write_text(program, "utf-8")
    monkeypatch.setattr(apprise, "PROGRAM", tmp_path / "program.py")
    monkeypatch.setattr(apprise, "SECONDS", 0.2)
    before = time.monotonic()
    told = apprise.AppriseUrl("gotify://127.0.0.1/x").send(page)
    assert (told.kind, told.retry) == ("unknown", True)
    assert time.monotonic() - before < 1


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("apprise+nobody://host/{token}", "K0430"),
        ("apprise+nobody://host/{secret}", "K0430"),
        ("apprise+nobody://host", "K0524"),
        ("apprise+", "K0524"),
    ],
)
def test_what_is_wrong_is_said_when_the_channel_is_opened(url, code):
    with pytest.raises(KadianError) as refused:
        open_channel(Channel("duty", url))
    assert (refused.value.code, refused.value.where[:14]) == (code, "channels.duty.")
    assert "{token}" in refused.value.do() or code == "K0430"


def test_without_apprise_the_office_is_told_how_to_install_it(monkeypatch):
    monkeypatch.setattr(apprise, "find_spec", lambda _: None)
    with pytest.raises(KadianError) as refused:
        open_channel(Channel("duty", "apprise+json://host"))
    assert refused.value.code == "K0523"
    assert "pip install '.[collector-apprise]'" in refused.value.lines()
