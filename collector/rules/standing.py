"""What lasts: since when each thing has been wrong, and the facts of a place at a moment. For rules that look."""

from collections.abc import Iterable, Mapping

from collector.rules.rule import Facts, RuleSettings, local


class Since:
    """When each cause was seen first, of those that have been seen in every scene since."""

    def __init__(self) -> None:
        self._began: dict[str, int] = {}

    def __contains__(self, cause: str) -> bool:
        return cause in self._began

    def keep(self, causes: Iterable[str], now_ms: int, lasted_ms: Mapping[str, int] | None = None) -> dict[str, int]:
        """These are seen now; returns the moment (ms) of each one's beginning, and forgets all others.

        `lasted_ms`: for so long what is new had been so, unseen.
        """
        lasted = lasted_ms or {}
        self._began = {cause: self._began.get(cause, now_ms - lasted.get(cause, 0)) for cause in sorted(causes)}
        return self._began

    def resume(self, began: Mapping[str, int]) -> None:
        """These were found before a restart: they go on from when they began, if the next scene still has them."""
        self._began = dict(began)

    def shift(self, by_ms: int) -> None:
        """The clock was set by so much: what has lasted has lasted as long as before."""
        self._began = {cause: began_ms + by_ms for cause, began_ms in self._began.items()}


def here(gate: str, moment_ms: int, settings: RuleSettings) -> Facts:
    """The facts that every sentence may name, of a gate without a screening; an empty `gate` is the office itself."""
    moment = local(moment_ms, settings)
    return {
        "gate": gate,
        "entrance": settings.entrances.get(gate, gate),
        "name": settings.names.get(gate, gate),
        "time": f"{moment:%H:%M}",
        "day": f"{moment:%Y-%m-%d}",
        "count": 1,
    }
