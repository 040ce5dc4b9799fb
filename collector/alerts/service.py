"""What robots and push services have in common: a key that nobody may read, and a whole number for yes or no."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, TypeGuard
from urllib.parse import quote

import msgspec

from collector.alerts import wanted
from collector.alerts.body import words_of
from collector.alerts.channel import Answer, ChannelSettings
from collector.alerts.posting import WORTH_ANOTHER_TRY, Poster, Reply
from kadian.text import say

MINUTE = 60.0
HOUR = 3600.0


class Meaning(msgspec.Struct, frozen=True):
    """What a refusal means: `channel.<name>.<word>` in the catalogue, and whether and when (seconds) to try again."""

    word: str
    retry: bool = False
    after_seconds: float = 0.0


def by_code(*meanings: Meaning) -> dict[int, Meaning]:
    """Meanings whose sentences stand in the catalogue under the codes themselves."""
    return {int(meaning.word): meaning for meaning in meanings}


class Service:
    """One service with one key.

    Args:
        name: the channel's, as in the catalogue.
        settings: whose `token` is the key.
        codes: the fields of a body that have the service's own code, a whole number; of several, the one that is not
            `good` counts.
        good: the code of what was taken; None where that has no code, but comes back with an `id`.
        meanings: of the other codes, and of HTTP statuses for answers without. After a code that is not among them it
            is tried again where the status is good or asks for it: a try in vain costs little, a lost page much.
        by_words: meanings of what stands in the service's words, where one code has several; they come first.
        needs_key: False where a service can be used without.

    Raises:
        KadianError: K0430, there is no key; K0530, it cannot be one.
    """

    def __init__(
        self,
        name: str,
        settings: ChannelSettings,
        codes: Sequence[str],
        good: int | None,
        meanings: Mapping[int, Meaning],
        *,
        by_words: Mapping[str, Meaning] | None = None,
        needs_key: bool = True,
    ) -> None:
        self.key = wanted.letters(settings) if needs_key or settings.token else ""
        self._name = name
        self._codes = codes
        self._good = good
        self._meanings = meanings
        self._by_words = by_words or {}
        self._poster = Poster(speaks=True)

    def post(self, url: str, fields: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Answer:
        """POST the fields as JSON, once; only a body that says so makes it `accepted`."""
        reply = self.ask(url, fields, headers)
        return reply if isinstance(reply, Answer) else self.judged(reply)

    def ask(
        self, url: str, fields: Mapping[str, Any] | None, headers: Mapping[str, str] | None = None
    ) -> Reply | Answer:
        """POST the fields as JSON, or GET where there are none; what comes back is as of `Poster.post`."""
        body = None if fields is None else msgspec.json.encode(fields)
        reply = self._poster.get(url, headers) if body is None else self._poster.post(url, body, headers)
        if isinstance(reply, Answer):
            return msgspec.structs.replace(reply, reason=self._hidden(reply.reason))
        return reply

    def judged(self, reply: Reply) -> Answer:
        """What the service's own code says; a good status without it is no acceptance, nor is it under a bad one."""
        fine = HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES
        fields = reply.fields()
        found = [(name, fields[name]) for name in self._codes if _whole(fields.get(name))]
        bad: int | None = next((code for _, code in found if code != self._good), None)
        if bad is None and fine:
            if self._good is None and fields.get("id"):
                return Answer("accepted", f"HTTP {reply.status}")
            if found:
                return Answer("accepted", f"{found[0][0]} {self._good}")
            # Cut off, a proxy's page or a portal's: the message may have arrived or not.
            return Answer("unknown", f"HTTP {reply.status}: {say('channel.unreadable')}", retry=True)
        words = words_of(fields)
        code = f"HTTP {reply.status}" if bad is None else str(bad)
        said = self._hidden(f"{code}: {words}" if words else code)
        unknown = Meaning("", retry=fine or reply.status in WORTH_ANOTHER_TRY)
        by_words = next((meaning for part, meaning in self._by_words.items() if part in words), None)
        by_number = (self._meanings[one] for one in (bad, reply.status) if one is not None and one in self._meanings)
        return self._refused(by_words or next(by_number, unknown), said, reply.after_seconds)

    def _refused(self, meaning: Meaning, said: str, after_seconds: float) -> Answer:
        sentence = f"{say(f'channel.{self._name}.{meaning.word}')} " if meaning.word else ""
        reason = f"{sentence}({said})" if sentence else said
        after = max(after_seconds, meaning.after_seconds) if meaning.retry else 0.0
        return Answer("refused", reason[:300], meaning.retry, after)

    def _hidden(self, text: str) -> str:
        """The text without the key, as it is and as it stands in an address."""
        for form in (self.key, quote(self.key, safe="")):
            text = text.replace(form, "•••") if form else text
        return text


def _whole(code: object) -> TypeGuard[int]:
    """Whether it is a whole number, which True and False are not."""
    return type(code) is int
