"""What comes of each answer of each service: our verdict, and Apprise's. `python -m tests.collector.alerts.verdicts`
writes docs/channels.md; a test compares."""

import logging
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

from apprise import Apprise, AppriseAsset
from apprise.plugins.base import NotifyBase
from apprise.plugins.dingtalk import NotifyDingTalk
from apprise.plugins.feishu import NotifyFeishu
from apprise.plugins.lark import NotifyLark
from apprise.plugins.pushplus import NotifyPushplus
from apprise.plugins.serverchan import NotifyServerChan
from apprise.plugins.wechat import NotifyWeChat
from apprise.plugins.wecombot import NotifyWeComBot

from collector.alerts import posting
from collector.alerts.channel import open_channel
from collector.settings import Channel
from kadian.settings import Secret
from tests.collector.alerts.conftest import Phone
from tests.collector.alerts.message import MESSAGE

DOCUMENT = Path(__file__).parents[3] / "docs/channels.md"
PATIENCE, IMPATIENCE = 5.0, 0.06
"""Seconds that both wait for an answer; the second where none comes in time."""
KEY = "k" * 36


class Service(NamedTuple):
    """A service of both.

    `url`: of Apprise, with the loopback server in place of `@`; `constants`: Apprise's own addresses of the service,
    which point at that server instead; `good`, `refusal`: its bodies; `before`: what is answered first.
    """

    url: str
    constants: list[tuple[type, str, str]]
    good: bytes
    refusal: bytes
    before: bytes = b""


TAKEN, NOT_TAKEN = b'{"errcode":0,"errmsg":"ok"}', b'{"errcode":310000,"errmsg":"sign not match"}'
LARK = b'{"StatusCode":0,"StatusMessage":"success","code":0,"data":{},"msg":"success"}'
NOT_LARK = b'{"code":19024,"msg":"Key Words Not Found","data":{}}'
SERVICES = {
    "wecom_robot": Service(
        f"wecombot://{KEY}",
        [(NotifyWeComBot, "notify_url", "@/send?key={key}")],
        TAKEN,
        b'{"errcode":93000,"errmsg":"invalid webhook url"}',
    ),
    "wecom_app": Service(
        "wechat://corp:secret@1000002/user",
        [(NotifyWeChat, "token_url", "@/gettoken"), (NotifyWeChat, "notify_url", "@/message/send")],
        TAKEN,
        b'{"errcode":60020,"errmsg":"not allow to access from your ip"}',
        b'{"errcode":0,"access_token":"t","expires_in":7200}',
    ),
    "dingtalk_robot": Service(
        f"dingtalk://{KEY}", [(NotifyDingTalk, "notify_url", "@/robot/send?access_token={token}")], TAKEN, NOT_TAKEN
    ),
    "feishu_robot": Service(f"feishu://{KEY}", [(NotifyFeishu, "notify_url", "@/hook/{token}/")], LARK, NOT_LARK),
    "feishu_robot (Lark)": Service(f"lark://{KEY}", [(NotifyLark, "notify_url", "@/hook/")], LARK, NOT_LARK),
    "serverchan": Service(
        f"schan://{KEY}",
        [(NotifyServerChan, "notify_url", "@/{token}.send")],
        b'{"code":0,"message":"","data":{"errno":0}}',
        b'{"code":40001,"message":"bad pushkey"}',
    ),
    "pushplus": Service(
        f"pushplus://{KEY[:32]}",
        [(NotifyPushplus, "notify_url", "@/send")],
        b'{"code":200,"msg":"ok","data":"f1"}',
        b'{"code":903,"msg":"invalid token"}',
    ),
    "bark": Service(f"bark://@/{KEY}", [], b'{"code":200,"message":"success"}', b'{"code":400,"message":"no key"}'),
    "ntfy": Service(
        "ntfy://@/topic", [], b'{"id":"x1","event":"message"}', b'{"code":40301,"http":403,"error":"forbidden"}'
    ),
    "gotify": Service(f"gotify://@/{KEY}", [], b'{"id":7,"appid":1}', b'{"error":"Unauthorized","errorCode":401}'),
    "webhook": Service("json://@/hook", [], b'{"ok":true}', b'{"code":500,"message":"no"}'),
}


class Case(NamedTuple):
    """One way to answer: the status, the body if not the service's good one, how much of it, after which silence."""

    status: int
    body: bytes | None = None
    cut: int | None = None
    silence: float = 0.0


REFUSAL = b"the service's own"
CASES = {
    "taken": Case(200),
    "refused under HTTP 200": Case(200, REFUSAL),
    "HTTP 429": Case(429, b""),
    "HTTP 502": Case(502, b""),
    "broken off": Case(200, cut=8),
    "no answer in time": Case(200, silence=2.5 * IMPATIENCE),
    "a page of somebody else": Case(200, b"<html>sign in to the network</html>"),
}


def answered(phone: Phone, service: Service, case: Case) -> None:
    body = service.refusal if case.body is REFUSAL else service.good if case.body is None else case.body
    phone.cut = case.cut
    phone.answers = [(case.status, body, case.silence)]
    if service.before:
        phone.answers.insert(0, (200, service.before))


def ours(name: str, phone: Phone) -> str:
    """Our verdict, in the words of `Answer`."""
    word = name.partition(" ")[0]
    rest = "/cgi-bin?agentid=1000002" if word == "wecom_app" else ""
    token = "corp:secret" if word == "wecom_app" else KEY
    channel = open_channel(Channel("c", f"{word}+{phone.url}{rest}", Secret(token), to=("user",)))
    told = channel.send(MESSAGE)
    return told.kind + (", again" if told.retry else "")


def theirs(service: Service, phone: Phone, patience: float) -> str:
    """Apprise's verdict."""
    address = phone.url.removesuffix("/hook")
    url = service.url.replace("@", address.removeprefix("http://")) if "://@" in service.url else service.url
    asset = AppriseAsset(async_mode=False, storage_mode="memory")
    mark = "&" if "?" in url else "?"
    patches = [patch.object(kind, name, value.replace("@", address)) for kind, name, value in service.constants]
    for one in patches:
        one.start()
    try:
        sender = Apprise(asset=asset)
        assert sender.add(f"{url}{mark}cto={patience}&rto={patience}"), url
        return "sent" if sender.notify(body=MESSAGE.what_to_do, title=MESSAGE.text) else "not sent"
    finally:
        for one in patches:
            one.stop()


def measured() -> dict[str, dict[str, tuple[str, str]]]:
    """(ours, Apprise's) by service and case."""
    logging.getLogger("apprise").setLevel(logging.CRITICAL)
    found: dict[str, dict[str, tuple[str, str]]] = {}
    phone = Phone()
    with patch.object(NotifyBase, "request_rate_per_sec", 0):
        for name, service in SERVICES.items():
            for label, case in CASES.items():
                patience = IMPATIENCE if case.silence else PATIENCE
                answered(phone, service, case)
                with patch.object(posting, "SECONDS", patience):
                    mine = ours(name, phone)
                answered(phone, service, case)
                calls = len(phone.calls)
                found.setdefault(name, {})[label] = (mine, theirs(service, phone, patience))
                assert len(phone.calls) > calls, (name, label)
    phone.close()
    return found


def table(found: dict[str, dict[str, tuple[str, str]]]) -> str:
    """The measured verdicts as a table; what Apprise calls sent although nothing was taken is bold."""
    lines = ["| channel · Apprise | " + " | ".join(CASES) + " |", "| --- " * (len(CASES) + 1) + "|"]
    for name, verdicts in found.items():
        cells = [
            f"{mine} · {'**sent**' if other == 'sent' and label != 'taken' else other}"
            for label, (mine, other) in verdicts.items()
        ]
        schema = SERVICES[name].url.partition(":")[0]
        lines.append(f"| `{name.partition(' ')[0]}` · `{schema}` | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def document(text: str, found: dict[str, dict[str, tuple[str, str]]]) -> str:
    """The page with the table and Apprise's version put into it."""
    head, _, rest = text.partition("<!-- measured -->\n")
    _, _, tail = rest.partition("<!-- end -->")
    wrong = sum(label != "taken" and other == "sent" for one in found.values() for label, (_, other) in one.items())
    several = sum(len(one) - 1 for one in found.values())
    count = f"Apprise {version('apprise')} says *sent* in {wrong} of {several} cases in which no service said so."
    return f"{head}<!-- measured -->\n{count}\n\n{table(found)}\n<!-- end -->{tail}"


if __name__ == "__main__":
    DOCUMENT.write_text(document(DOCUMENT.read_text("utf-8"), measured()), "utf-8")
