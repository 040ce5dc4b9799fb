"""Errors that a person can meet: what is wrong, where, and what to do."""

from typing import Any

from kadian.text import say


class KadianError(Exception):
    """A failure with a code (`K0123`), a place and a cure.

    The sentences live in the catalogues of `kadian.text` under `<code>.what` and `<code>.do`, and are filled with
    `values`.

    Args:
        code: the code of the failure, `K` and four digits.
        where: the file (with `:line`), port, address or topic that it is about.
        values: what the sentences name.
    """

    def __init__(self, code: str, where: str, /, **values: Any) -> None:
        self.code = code
        self.where = where
        self.values = {"where": where, **values}
        super().__init__(f"{code} {where}: {self.what('en')}")

    def what(self, language: str = "zh") -> str:
        """What is wrong, in one sentence."""
        return say(f"{self.code}.what", language, **self.values)

    def do(self, language: str = "zh") -> str:
        """What to do about it, in one sentence."""
        return say(f"{self.code}.do", language, **self.values)

    def lines(self) -> str:
        """The whole message for a terminal, Chinese first, English second."""
        return (
            f"{self.code} {self.where}\n"
            f"  {self.what('zh')}\n  怎么办：{self.do('zh')}\n"
            f"  {self.what('en')}\n  What to do: {self.do('en')}"
        )
