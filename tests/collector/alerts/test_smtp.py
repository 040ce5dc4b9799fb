import socket
import ssl
import subprocess
import threading
import time
from contextlib import suppress
from email import message_from_bytes, policy

import msgspec
import pytest

from collector.alerts import mailing
from collector.alerts.channel import open_channel
from collector.alerts.discreet import discreet
from collector.settings import Channel
from kadian.errors import KadianError
from kadian.settings import Secret
from tests.collector.alerts.test_webhook import MESSAGE as NEWS

MESSAGE = msgspec.structs.replace(NEWS, id="8b3b0f0e-6f0c-5c3e-9d8e-2f6d8a1f4c11", what_to_do="复核\n.")
NORMAL = {
    "greeting": "220 mail.test",
    "EHLO": "250-mail.test\r\n250 AUTH PLAIN",
    "AUTH": "235 welcome",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 go on",
    ".": "250 taken",
    "QUIT": "221 bye",
}


class Post:
    """A mail server: answers each word as told, a list one by one; None hangs up. `silence`: seconds before."""

    def __init__(self):
        self.answers = dict(NORMAL)
        self.silence = {}
        self.heard = []
        self.letters = []
        self.context = None
        self.tls = False
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        with suppress(OSError):
            while True:
                connection, _ = self.listening.accept()
                if self.tls:
                    connection = self.context.wrap_socket(connection, server_side=True)
                with suppress(OSError, EOFError), connection:
                    self.talk(connection)

    def talk(self, connection):
        lines = connection.makefile("rb")
        self.answer(connection, "greeting")
        while line := lines.readline():
            self.heard.append(line.decode().strip())
            word = self.heard[-1].partition(" ")[0].upper()
            self.answer(connection, word)
            if word == "DATA" and str(self.answers["DATA"]).startswith("354"):
                body = b""
                while not body.endswith(b"\r\n.\r\n") and (line := lines.readline()):
                    body += line
                self.letters.append(body.removesuffix(b".\r\n").replace(b"\n..", b"\n."))
                self.answer(connection, ".")
            elif word == "STARTTLS":
                connection = self.context.wrap_socket(connection, server_side=True)
                lines = connection.makefile("rb")

    def answer(self, connection, word):
        answer = self.answers.get(word, "500 what?")
        if isinstance(answer, list):
            answer = answer.pop(0)
        if answer is None:
            connection.shutdown(socket.SHUT_RDWR)
            raise EOFError
        time.sleep(self.silence.get(word, 0))
        connection.sendall(answer.encode() + b"\r\n")

    def channel(self, query="&starttls=0", user="", to=("wang@office.test",), scheme="smtp"):
        url = f"smtp+{scheme}://{user}127.0.0.1:{self.port}?from=gate@office.test{query}"
        return open_channel(Channel("mail", url, Secret("pa55word"), to=to))


@pytest.fixture
def post():
    post = Post()
    yield post
    post.listening.close()


def test_the_letter_says_what_happened_under_the_messages_id_and_names_nobody(post):
    channel = post.channel(to=("wang@office.test", "li@office.test"))
    assert channel.send(MESSAGE).kind == "accepted"
    assert channel.send(MESSAGE).kind == "accepted"
    reached = [line for line in post.heard if line.startswith("rcpt")]
    assert reached == ["rcpt TO:<wang@office.test>", "rcpt TO:<li@office.test>"] * 2
    first, second = (message_from_bytes(letter, policy=policy.default) for letter in post.letters)
    assert first["Message-ID"] == second["Message-ID"] == f"<{MESSAGE.id}@office.test>"
    assert first["Subject"] == MESSAGE.text
    assert "复核\r\n.\r\n" in first.get_content()
    assert b"wang" not in post.letters[0]


def test_a_silent_test_signs_on_and_hands_nothing_in(post):
    post.answers["NOOP"] = "250 ok"
    told = post.channel(user="gate@").test(MESSAGE)
    assert (told.kind, told.reason) == ("accepted", "SMTP 250")
    assert [line.partition(" ")[0].upper() for line in post.heard] == ["EHLO", "AUTH", "NOOP", "QUIT"]
    post.answers["AUTH"] = "535 no such user"
    told = post.channel(user="gate@").test(MESSAGE)
    assert (told.kind, told.retry) == ("refused", False)
    assert post.letters == []


@pytest.mark.parametrize(
    ("word", "answer", "kind", "retry", "said"),
    [
        ("greeting", "421 busy", "refused", True, "421"),
        ("greeting", "554 no", "refused", False, "554"),
        ("greeting", "<html>", "unknown", True, "没有答复"),
        ("greeting", None, "unknown", True, "没有答复"),
        ("MAIL", "451 wait", "refused", True, "wait"),
        ("MAIL", "550 who are you", "refused", False, "who are you"),
        ("RCPT", "450 greylisted", "refused", True, "greylisted"),
        ("RCPT", "550 <wang@office.test> unknown", "refused", False, "550）：<…> unknown"),
        ("DATA", "451 wait", "refused", True, "451"),
        ("DATA", "554 no", "refused", False, "554"),
        (".", "250 taken", "accepted", False, "250"),
        (".", "452 full", "refused", True, "full"),
        (".", "554 spam, call 13800138000", "refused", False, "spam, call …"),
        (".", None, "unknown", True, "没有答复"),
        ("QUIT", "500 stay", "accepted", False, "250"),
        ("QUIT", None, "accepted", False, "250"),
    ],
)
def test_the_servers_answers_and_what_they_mean(post, word, answer, kind, retry, said):
    post.answers[word] = answer
    told = post.channel().send(MESSAGE)
    assert (told.kind, told.retry) == (kind, retry)
    assert said in told.reason
    assert "wang" not in told.reason


def test_addresses_that_are_refused_are_counted_beside_those_that_are_reached(post):
    post.answers["RCPT"] = ["250 ok", "550 <li@office.test> unknown"]
    told = post.channel(to=("wang@office.test", "li@office.test")).send(MESSAGE)
    assert (told.kind, told.reason) == ("accepted", "邮件已收下，但 2 个地址中有 1 个被拒：<…> unknown")


def test_one_that_may_be_taken_later_is_worth_another_try(post):
    post.answers["RCPT"] = ["550 no", "450 later"]
    assert post.channel(to=("wang@office.test", "li@office.test")).send(MESSAGE).retry


def test_silence_is_no_answer(post, monkeypatch):
    monkeypatch.setattr(mailing, "SECONDS", 0.2)
    post.silence["MAIL"] = 0.5
    told = post.channel().send(MESSAGE)
    assert (told.kind, told.retry) == ("unknown", True)


def test_a_server_that_is_slow_with_every_answer_is_left(post, monkeypatch):
    monkeypatch.setattr(mailing, "TOGETHER", 0.25)
    post.silence = {"MAIL": 0.15, "RCPT": 0.15}
    told = post.channel().send(MESSAGE)
    assert (told.kind, told.retry, post.letters) == ("unknown", True, [])


def test_a_server_that_is_not_there_is_no_answer(post):
    post.listening.shutdown(socket.SHUT_RDWR)
    post.listening.close()
    assert post.channel().send(MESSAGE).kind == "unknown"


def test_a_wrong_password_is_refused_and_stands_nowhere(post):
    post.answers["AUTH"] = "535 pa55word is wrong for gate@office.test"
    told = post.channel(user="gate%40office.test@").send(MESSAGE)
    assert (told.kind, told.retry) == ("refused", False)
    assert "535" in told.reason
    assert "pa55word" not in told.reason
    assert "gate@" not in told.reason


def test_without_tls_no_password_is_said(post):
    told = post.channel(query="", user="gate@").send(MESSAGE)
    assert (told.kind, told.retry) == ("refused", False)
    assert "STARTTLS" in told.reason
    assert not any(line.upper().startswith(("AUTH", "MAIL")) for line in post.heard)


@pytest.fixture
def certificate(post, tmp_path):
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=mail.test"
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", tmp_path / "key", "-out", tmp_path / "cert"]
    subprocess.run([*command.split(), *names], check=True, capture_output=True)
    post.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    post.context.load_cert_chain(tmp_path / "cert", tmp_path / "key")
    return tmp_path / "cert"


@pytest.mark.parametrize("trusted", [True, False])
def test_what_is_said_under_tls_is_said_to_a_server_that_is_trusted(post, certificate, monkeypatch, trusted):
    post.answers |= {"EHLO": "250-mail.test\r\n250-STARTTLS\r\n250 AUTH PLAIN", "STARTTLS": "220 go"}
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    told = post.channel(query="&starttls=1", user="gate@").send(MESSAGE)
    assert told.kind == ("accepted" if trusted else "unknown")
    assert any(line.startswith("AUTH PLAIN") for line in post.heard) is trusted


def test_smtps_is_tls_from_the_first_byte(post, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    post.tls = True
    assert post.channel(query="", user="gate@", scheme="smtps").send(MESSAGE).kind == "accepted"
    assert any(line.startswith("AUTH PLAIN") for line in post.heard)


@pytest.mark.parametrize(
    ("url", "token", "to", "code", "where"),
    [
        ("smtp+smtp://host", None, ["a@b"], "K0430", "url"),
        ("smtp+smtp://host?from=a@b", None, [], "K0430", "to"),
        ("smtp+smtp://user@host?from=a@b", None, ["a@b"], "K0430", "token"),
        ("smtp+smtp://host?from=a", None, ["a@b"], "K0431", "url"),
        ("smtp+smtp://host?from=a@b", None, ["王@b"], "K0431", "to"),
        ("smtp+smtp://host?from=a@b", None, ["a@b\r\nDATA"], "K0431", "to"),
        ("smtp+http://host?from=a@b", None, ["a@b"], "K0401", "url"),
        ("smtp+smtp://host:mail?from=a@b", None, ["a@b"], "K0401", "url"),
    ],
)
def test_what_is_missing_is_said_when_the_channel_is_opened(url, token, to, code, where):
    with pytest.raises(KadianError) as refused:
        open_channel(Channel("mail", url, token, to=tuple(to)))
    assert (refused.value.code, refused.value.where) == (code, f"channels.mail.{where}")
    if code == "K0401":
        assert "smtp+smtp://" in refused.value.do()
        assert "smtp+smtps://" in refused.value.do("en")
        assert "http" not in refused.value.do() + refused.value.what()


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("550 <a.b@c.de>:\r\n no", "550 <…>: no"),
        ("+86 138 0013 8000 and 138-0013-8000", "… and …"),
        ("key AKID1 of li", "key … of …"),
        ("5.7.1 wait 300 s", "5.7.1 wait 300 s"),
    ],
)
def test_a_services_words_name_nobody(words, left):
    assert discreet(words, ["li", "AKID1", ""]) == left
