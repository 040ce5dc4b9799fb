"""One thing that `kadian doctor` has found."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from kadian.errors import KadianError
from kadian.text import say

MARKS = {"ok": "✓", "missing": "✗", "warning": "!"}


class Finding(NamedTuple):
    """What was looked at, how it is, and the catalogue's key of what it means.

    Attributes:
        subject: the catalogue has its name as `doctor.<subject>`.
        state: `missing` makes the doctor's exit 1, `warning` does not.
        detail: the machine's own words.
        advice: a key of the catalogue, or None.
        values: what the advice names.
        trouble: an error that is the advice.
        more: for `--json`.
    """

    subject: str
    state: Literal["ok", "missing", "warning"]
    detail: str
    advice: str | None = None
    values: Mapping[str, Any] = {}
    more: Mapping[str, Any] = {}
    trouble: KadianError | None = None

    def advised(self) -> dict[str, str] | None:
        """The advice in both languages."""
        if self.trouble is not None:
            return {language: f"{self.trouble.what(language)}{self.trouble.do(language)}" for language in ("zh", "en")}
        if self.advice is None:
            return None
        return {language: say(self.advice, language, **self.values) for language in ("zh", "en")}

    def as_json(self) -> dict[str, Any]:
        """A row of `--json`."""
        row = {"subject": self.subject, "state": self.state, "detail": self.detail, "advice": self.advised()}
        return {**row, **self.more}

    def lines(self) -> str:
        """For a terminal: Chinese first, English below."""
        advice = self.advised()
        head = f"{MARKS[self.state]} {say(f'doctor.{self.subject}'):<6} {self.detail}"
        return "\n".join([head, *(f"    {advice[language]}" for language in ("zh", "en"))]) if advice else head
