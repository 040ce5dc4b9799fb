"""Which screenings a gate called measurements of one person, by `remeasure_of`."""


class Family:
    """Screenings that name one another; `normals` are the times (ms) of those that were below the limit, by id."""

    __slots__ = ("ids", "normals")

    def __init__(self) -> None:
        self.ids: dict[str, int] = {}  # how many kept screenings are it or name it
        self.normals: dict[str, int] = {}


class Families:
    """Grows with `join`, shrinks with `leave`, in any order of arrival: a name may come before its screening.

    Nearly all screenings name none and are named by none: they have no family, until somebody names them.
    """

    def __init__(self) -> None:
        self._of: dict[str, Family] = {}

    def of(self, name: str) -> Family | None:
        """The family of a screening, or of one that was only named."""
        return self._of.get(name)

    def begin(self, name: str, normal: int | None) -> None:
        """Give a screening that joined without one a family; `normal`: when it was measured, if it was normal."""
        family = self._note(name)
        if normal is not None:
            family.normals[name] = normal

    def join(self, name: str, earlier: str | None) -> Family | None:
        """Note a screening and the one that it says it measures again; returns its family, if it has one."""
        if earlier is None:
            return self._note(name) if name in self._of else None
        family = self._note(name)
        other = self._note(earlier)
        if other is not family:
            small, family = sorted((other, family), key=lambda one: len(one.ids))
            family.ids |= small.ids
            family.normals |= small.normals
            self._of |= dict.fromkeys(small.ids, family)
        return family

    def leave(self, name: str, earlier: str | None) -> None:
        """Undo one `join`, but for what it brought together."""
        for gone in (name, earlier):
            if gone is None or gone not in self._of:
                continue
            family = self._of[gone]
            family.ids[gone] -= 1
            if not family.ids[gone]:
                del family.ids[gone], self._of[gone]
                family.normals.pop(gone, None)

    def _note(self, name: str) -> Family:
        family = self._of.setdefault(name, Family())
        family.ids[name] = family.ids.get(name, 0) + 1
        return family
