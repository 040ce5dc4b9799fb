"""What the push services have in common: a key that nobody may read, words that fit, an answer whose body is judged."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, TypeGuard
from urllib.parse import quote

import msgspec

from collector.alerts.body import words_of
from collector.alerts.channel import Answer, ChannelSettings
from collector.alerts.message import Message
from collector.alerts.posting import WORTH_ANOTHER_TRY, Poster, Reply
from kadian.text import say

WORDS = ("errorDescription", "message", "msg", "error", "info")
"""Fields in which these services say what is wrong, the one that says most first."""
MINUTE = 60.0
HOUR = 3600.0


class Meaning(msgspec.Struct, frozen=True):
    """What a refusal means: `channel.<name>.<word>` in the catalogue, and whether and when (seconds) to try again."""

    word: str
    retry: bool = False
    after_seconds: float = 0.0


class Service:
    """One push service with one key.

    Args:
        name: the channel's, as in the catalogue.
        settings: whose `token` is the key.
        code: the field of a body that has the service's own code, a whole number.
        good: the code of what was taken; None where that has no code, but comes back with an `id`.
        meanings: of the other codes, and of HTTP statuses for answers without.
        by_words: meanings of what stands in the service's words, where one code has several; they come first.
        needs_key: False where a service can be used without.
    """

    def __init__(
        self,
        name: str,
        settings: ChannelSettings,
        code: str,
        good: int | None,
        meanings: Mapping[int, Meaning],
        *,
        by_words: Mapping[str, Meaning] | None = None,
        needs_key: bool = True,
    ) -> None:
        self.key = settings.token.reveal().strip() if settings.token else ""
        self._name = name
        self._code = code
        self._good = good
        self._meanings = meanings
        self._by_words = by_words or {}
        self._needs_key = needs_key
        self._poster = Poster(speaks=True)

    def post(self, url: str, fields: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Answer:
        """POST the fields as JSON, once; only a body that says so makes it `accepted`."""
        # Such a key would be no header and no path, and the complaint of the library would quote it.
        if (self._needs_key and not self.key) or not all("!" <= letter <= "~" for letter in self.key):
            return self._refused(Meaning("key"), "")
        reply = self._poster.post(url, msgspec.json.encode(fields), headers)
        if isinstance(reply, Answer):
            return msgspec.structs.replace(reply, reason=self._hidden(reply.reason))
        return self._judged(reply)

    def _judged(self, reply: Reply) -> Answer:
        fine = HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES
        fields = reply.fields()
        code = fields.get(self._code)
        taken = bool(fields.get("id")) if self._good is None else _whole(code) and code == self._good
        if fine and taken:
            return Answer("accepted", f"HTTP {reply.status}")
        if not _whole(code):
            if fine:
                return Answer("unknown", f"HTTP {reply.status}: {say('channel.service.no_answer')}", retry=True)
            code = reply.status
        words = words_of(fields, WORDS)
        said = self._hidden(f"{code}: {words}" if words else str(code))
        # Behind a code that nobody knows there is most often "busy"; a try in vain costs nothing, a lost page does.
        unknown = Meaning("", retry=fine or reply.status in WORTH_ANOTHER_TRY)
        by_words = next((meaning for part, meaning in self._by_words.items() if part in words), None)
        meaning = by_words or self._meanings.get(code) or self._meanings.get(reply.status) or unknown
        return self._refused(meaning, said, reply.after_seconds)

    def _refused(self, meaning: Meaning, said: str, after_seconds: float = 0.0) -> Answer:
        sentence = say(f"channel.{self._name}.{meaning.word}") if meaning.word else ""
        reason = f"{sentence} ({said})" if sentence and said else sentence or said
        after = max(after_seconds, meaning.after_seconds) if meaning.retry else 0.0
        return Answer("refused", reason[:200], meaning.retry, after)

    def _hidden(self, text: str) -> str:
        """The text without the key, as it is and as it stands in an address."""
        for form in (self.key, quote(self.key, safe="")):
            text = text.replace(form, "•••") if form else text
        return text


def _whole(code: object) -> TypeGuard[int]:
    """Whether it is a whole number, which True and False are not."""
    return type(code) is int


def title_and_rest(message: Message, most: int) -> tuple[str, str]:
    """What happened, in at most so many characters, and what to do; what was cut off comes before it in full."""
    if len(message.text) <= most:
        return message.text, message.what_to_do
    return f"{message.text[: most - 1]}…", f"{message.text}\n{message.what_to_do}"


def cut(text: str, most_bytes: int, link: str = "") -> str:
    """The beginning of a text and the whole link, in at most so many bytes of UTF-8, not cut within a character."""
    tail = f"\n{link}" if link else ""
    return text.encode()[: most_bytes - len(tail.encode())].decode("utf-8", "ignore") + tail
