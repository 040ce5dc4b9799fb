"""The small page behind a message's link: one column for a phone, without a script, for old browsers too. Pure."""

from collections.abc import Collection, Iterator, Sequence
from datetime import tzinfo
from html import escape
from itertools import groupby
from typing import NamedTuple, get_args

from collector.alerts.sentences import sentence
from collector.alerts.taking import Came
from collector.api.times import iso
from collector.ledger.incidents import Incident, IncidentEvent, Outcome
from kadian.text import catalogue, say

PROMISES = (5, 10, 20)
"""Minutes until somebody is there."""
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
WITH_NOTE = {"opened", "notified", "refused", "acknowledged"}
STYLE = """
body { font: 17px/1.5 system-ui, "PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; margin: 0 auto;
  max-width: 560px; padding: 16px; color: #1a1a1a; background: #fff; overflow-wrap: anywhere; }
h1 { font-size: 24px; line-height: 1.3; margin: 0 0 4px; }
h2 { font-size: 17px; margin: 24px 0 4px; }
p { margin: 0 0 4px; }
[lang=en] { color: #555; font-size: 15px; font-weight: 400; }
.came { border: 3px solid #1a1a1a; border-radius: 8px; padding: 12px; margin: 0 0 16px; }
.state { font-weight: 700; }
button { display: block; width: 100%; min-height: 56px; margin: 0 0 10px; padding: 8px 12px; font: inherit;
  font-weight: 700; color: #fff; background: #0b57a4; border: 2px solid #0b57a4; border-radius: 8px; }
button [lang=en] { color: #fff; }
button.plain { color: #1a1a1a; background: #fff; border-color: #555; }
button.plain [lang=en] { color: #555; }
button:focus { outline: 3px solid #e08a00; outline-offset: 2px; }
ol { list-style: none; margin: 0; padding: 0; }
li { border-top: 1px solid #ccc; padding: 8px 0; }
time { font-weight: 700; margin-right: 8px; }
@media (prefers-color-scheme: dark) {
  body, button.plain { color: #eee; background: #161616; }
  [lang=en], button.plain [lang=en] { color: #bbb; }
  button { background: #2f6fb3; border-color: #2f6fb3; }
  .came { border-color: #eee; }
}
"""


class Shown(NamedTuple):
    """What the page tells.

    `events`: the timeline of each incident; `known`: ids that may be shown, since whoever took it at the office's page
    may have written a name; `digest`: a list of which nothing is taken; `came`: what came of a button.
    """

    incidents: Sequence[Incident]
    events: Sequence[Sequence[IncidentEvent]]
    known: Collection[str]
    zone: tzinfo
    digest: bool
    came: Came | None = None


def shown_page(shown: Shown) -> str:
    """What happened, what to do, how it stands, what can be done here, and the timeline."""
    parts = [*_came(shown), *(part for one in shown.incidents for part in _incident(one, shown))]
    if shown.digest:
        parts += _both("p", "link.list")
    else:
        parts += _buttons(shown.incidents)
    if not shown.digest:
        parts += _both("h2", "link.timeline")
        parts += (part for events in shown.events for part in _timeline(events, shown))
    return _page(parts)


def refused_page(why: str) -> str:
    """A page that says why a link opens nothing, and what to do (`link.over`, `link.wrong`, `link.unclear`)."""
    return _page([*_both("h1", f"{why}.title"), *_both("p", f"{why}.do")])


def _page(parts: Sequence[str]) -> str:
    return "\n".join(
        (
            '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="robots" content="noindex">',
            f'<title>{escape(say("link.title"))}</title><link rel="stylesheet" href="../a.css"></head><body><main>',
            *parts,
            "</main></body></html>",
        )
    )


def _came(shown: Shown) -> Iterator[str]:
    if shown.came is not None:
        yield '<div class="came" role="status">'
        yield from _both("p", f"link.came.{shown.came}")
        yield "</div>"


def _incident(incident: Incident, shown: Shown) -> Iterator[str]:
    yield f"<h1>{escape(sentence(incident, 'text', 'zh'))}</h1>"
    yield f'<p lang="en">{escape(sentence(incident, "text", "en"))}</p>'
    who = _who(incident.resolved_by if incident.state == "resolved" else incident.acknowledged_by, shown.known)
    minutes = incident.minutes if incident.state == "acknowledged" else None
    key = f"link.stage.{incident.stage}" + (".minutes" if minutes else "")
    yield from _lines("p", key, ' class="state"', who=who, minutes=minutes)
    if not shown.digest:
        yield from _both("h2", "link.do")
        yield f"<p>{escape(sentence(incident, 'do', 'zh'))}</p>"
        yield f'<p lang="en">{escape(sentence(incident, "do", "en"))}</p>'


def _buttons(incidents: Sequence[Incident]) -> Iterator[str]:
    states = {incident.state for incident in incidents}
    if "open" in states:
        yield '<form method="post">'
        yield from _both("h2", "link.take")
        for minutes in PROMISES:
            yield _button("minutes", str(minutes), "link.minutes", "", minutes=minutes)
        yield "</form>"
    elif "acknowledged" in states:
        yield '<form method="post">'
        yield from _both("h2", "link.close")
        for outcome in OUTCOMES:
            yield _button("outcome", outcome, f"outcome.{outcome}", ' class="plain"')
        yield "</form>"


def _button(name: str, value: str, key: str, more: str, **values: object) -> str:
    zh, en = (escape(say(key, language, **values)) for language in ("zh", "en"))
    return f'<button name="{name}" value="{value}"{more}>{zh} <small lang="en">{en}</small></button>'


def _timeline(events: Sequence[IncidentEvent], shown: Shown) -> Iterator[str]:
    yield "<ol>"
    # A cause that is found a hundred times is one line.
    for what, same in groupby(events, key=lambda event: event.what):
        told = list(same)
        for event in told if what != "repeated" else told[-1:]:
            moment = iso(event.at_ms, shown.zone)
            key = f"outcome.{event.note}" if what == "outcome" else _word(what)
            who = _who(event.who, shown.known)
            zh, en = (escape(say(key, language, who=who[language], count=len(told))) for language in ("zh", "en"))
            yield f'<li><time datetime="{moment}">{moment[11:16]}</time>{zh} <span lang="en">{en}</span></li>'
    yield "</ol>"


def _word(what: str) -> str:
    key = f"timeline.{what}"
    return key if key in catalogue("zh") else f"why.{what}"


def _who(who: str | None, known: Collection[str]) -> dict[str, str]:
    said = who if who is not None and who in known else None
    return {language: said or say("link.somebody", language) for language in ("zh", "en")}


def _both(tag: str, key: str) -> Iterator[str]:
    return _lines(tag, key, "")


def _lines(
    tag: str, key: str, more: str, who: dict[str, str] | None = None, minutes: int | None = None
) -> Iterator[str]:
    zh, en = (
        escape(say(key, language, who=(who or {}).get(language, ""), minutes=minutes)) for language in ("zh", "en")
    )
    if tag == "p":
        yield f'<p{more}>{zh}</p><p lang="en">{en}</p>'
    else:
        yield f'<{tag}{more}>{zh} <small lang="en">{en}</small></{tag}>'
