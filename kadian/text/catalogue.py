import json
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("zh", "en")


@cache
def catalogue(language: str) -> dict[str, str]:
    """All sentences of one language, by key.

    Args:
        language: `zh` or `en`.

    Raises:
        KeyError: there is no such catalogue.
    """
    if language not in LANGUAGES:
        raise KeyError(language)
    text: dict[str, str] = json.loads(files("kadian.text").joinpath(f"{language}.json").read_text("utf-8"))
    return text


def say(key: str, language: str = "zh", /, **values: Any) -> str:
    """One sentence of the catalogue, filled with `values`; an unknown key is shown as it is, never an error."""
    sentence = catalogue(language).get(key)
    if sentence is None:
        return key
    try:
        return sentence.format(**values)
    except (KeyError, IndexError):
        return sentence
