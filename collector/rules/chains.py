"""Chains: the high readings of one person, as well as that can be known without knowing the person.

Two high readings within `within_ms` of each other are of one person when they have the same holder, or when the gate
said so by `remeasure_of` (over any number of steps), or when they are of the same gate, at least one has no holder,
and nothing contradicts. Two different holders are never one person. Order of arrival does not matter, only the times.
"""

import sys
from bisect import bisect_left, bisect_right, insort
from collections import deque
from collections.abc import Iterator

import msgspec

from collector.rules.families import Families, Family
from collector.rules.passings import MOST, Passings

EXPLICIT_SPAN = 4
"""A chain that is held together by holder or `remeasure_of` lasts so many times `within_ms`. Who is still high an
hour later rings once more, and a rule's memory stays bounded."""
GATE_SPAN = 1
"""One that is held together by the place alone: another feverish person without a code must not vanish in it."""
MEMORY_SPAN = 5


class Chain:
    """High readings of one person. `cause` once it is confirmed; `rung`: a phone was told while it was news.

    `named`: a holder, or a gate that measured again, says so of two of them; without it the place alone holds it
    together, and it may be two people.
    """

    __slots__ = ("cause", "members", "named", "rung")

    def __init__(self) -> None:
        self.members: list[Mark] = []
        self.cause: str | None = None
        self.named = False
        self.rung = False

    @property
    def first(self) -> "Mark":
        """The earliest reading in it."""
        return min(self.members, key=lambda mark: mark.place)

    def admits(self, mark: "Mark", span_ms: int) -> bool:
        """Whether nobody else's holder is in it, and it would not last longer than `span_ms`."""
        if mark.holder and any(other.holder not in {None, mark.holder} for other in self.members):
            return False
        return all(abs(mark.moment - other.moment) <= span_ms for other in self.members)

    def take(self, other: "Chain") -> None:
        """Become one with another chain; the cause that was first in time stays."""
        if other.cause and (not self.cause or other.first.place < self.first.place):
            self.cause = other.cause
        self.named |= other.named
        self.rung |= other.rung
        self.members += other.members
        for mark in other.members:
            mark.chain = self


NOBODYS = Chain()
"""Of what is not high."""


class Mark(msgspec.Struct, eq=False, gc=False):
    """One screening as far as it matters here; `moment` and `received` in milliseconds.

    Python's garbage collection does not walk over it: the circle of a chain and its members is cut by `Chains.forget`.
    """

    id: str
    gate: str
    holder: str | None
    earlier: str | None
    moment: int
    received: int
    high: bool
    chain: Chain = NOBODYS

    @property
    def place(self) -> tuple[int, str]:
        """In order of time; the id decides between equals."""
        return self.moment, self.id


class Chains:
    """What is high, what a gate measured again, and when each holder was normal, of the last while.

    A city has millions of normal readings. Of one that names none and is named by none yet, and whose holder has no
    high reading here, only a `Passing` is kept, and only of the newest `most`. Where a high reading arrives after the
    normal one that follows it in time, and `most` others come in between, that normal one is forgotten: the two high
    ones around it may ring where they need not. Whoever rings with all of them remembered rings with fewer, too.

    Args:
        within_ms: how far apart two readings may be that confirm each other.
        memory_ms: marks that were received so long before the newest are forgotten.
        most: normal readings of holders without a high one.
    """

    def __init__(self, within_ms: int, memory_ms: int, most: int = MOST) -> None:
        self._within = within_ms
        self._memory = memory_ms
        self._order: deque[Mark] = deque()
        self._marks: dict[str, Mark] = {}
        self._families = Families()
        self._highs_of: dict[str, dict[str, Mark]] = {}
        self._highs_at: dict[str, list[tuple[int, str]]] = {}
        self._normals = Passings(most)
        self._parting = Passings(sys.maxsize)  # of holders with a high reading, and remeasured ones

    def __contains__(self, id_: str) -> bool:
        """Whether it is high or belongs to others; of other normal readings no id is kept."""
        return id_ in self._marks

    def forget(self, now_ms: int) -> None:
        """Let go of what was received longer ago than the memory reaches."""
        before_ms = now_ms - self._memory
        self._normals.forget(before_ms)
        self._parting.forget(before_ms)
        while self._order and self._order[0].received < before_ms:
            mark = self._order.popleft()
            del self._marks[mark.id]
            self._families.leave(mark.id, mark.earlier)
            if not mark.high:
                continue
            if mark.holder:
                theirs = self._highs_of[mark.holder]
                del theirs[mark.id]
                if not theirs:
                    del self._highs_of[mark.holder]
            mark.chain.members.remove(mark)
            self._highs_at[mark.gate].remove(mark.place)

    def note(self, mark: Mark) -> None:
        """A screening without a result, which still says by `remeasure_of` whose it is."""
        self._keep(mark)

    def note_normal(self, mark: Mark) -> None:
        """A normal reading: what was high before it is not confirmed by what is high after it."""
        family = self._keep(mark) if mark.earlier or self._families.of(mark.id) else None
        if family:
            family.normals[mark.id] = mark.moment
        if mark.holder:
            known = self._parting if family or mark.holder in self._highs_of else self._normals
            known.note(mark.gate, mark.holder, mark.moment, mark.received)

    def add(self, mark: Mark) -> Chain:
        """A high reading; returns the chain that it belongs to now, alone or with others."""
        self._keep(mark)
        same = self._explicit(mark)
        named = bool(same)
        if not named:
            beside = [other for other in self._at_gate(mark) if self._may_be_one(mark, other)]
            same = (
                [min(beside, key=lambda other: (abs(other.moment - mark.moment), other.place)).chain] if beside else []
            )
        chain = same[0] if same else Chain()
        for other in same[1:]:
            chain.take(other)
        chain.named |= named
        chain.members.append(mark)
        mark.chain = chain
        if mark.holder:
            self._highs_of.setdefault(mark.holder, {})[mark.id] = mark
        insort(self._highs_at.setdefault(mark.gate, []), mark.place)
        return chain

    def _keep(self, mark: Mark) -> Family | None:
        named = self._marks.get(mark.earlier) if mark.earlier else None
        if named is not None and self._families.of(named.id) is None:
            self._families.begin(named.id, None if named.high else named.moment)
        self._marks[mark.id] = mark
        self._order.append(mark)
        return self._families.join(mark.id, mark.earlier)

    def _explicit(self, mark: Mark) -> list[Chain]:
        """The chains that holder or `remeasure_of` name, the earliest first."""
        family = self._families.of(mark.id)
        named = {id_: self._marks[id_] for id_ in (family.ids if family else ()) if id_ in self._marks}
        if mark.holder:
            named |= self._highs_of.get(mark.holder, {})
        chains: list[Chain] = []
        for other in sorted(named.values(), key=lambda one: one.place):
            if (
                other.high
                and other is not mark
                and other.chain not in chains
                and abs(other.moment - mark.moment) <= self._within
                and other.chain.admits(mark, EXPLICIT_SPAN * self._within)
                and (other.chain.cause or not self._parted(mark, other))
            ):
                chains.append(other.chain)
        return chains

    def _at_gate(self, mark: Mark) -> Iterator[Mark]:
        """High readings of the same gate within reach."""
        places = self._highs_at.get(mark.gate, [])
        first = bisect_left(places, (mark.moment - self._within, ""))
        last = bisect_right(places, (mark.moment + self._within + 1, ""))
        return (self._marks[id_] for _, id_ in places[first:last])

    def _may_be_one(self, mark: Mark, other: Mark) -> bool:
        """Whether the place alone may make two readings one person's; `admits` keeps different holders apart."""
        later = max(mark, other, key=lambda one: one.place)
        if later.earlier:
            return False  # the gate said whom it measured again: somebody else
        if other.chain.cause and any(member.earlier for member in other.chain.members):
            return False  # this gate says when it measures again, and here it did not: somebody new
        if not other.chain.admits(mark, GATE_SPAN * self._within):
            return False
        return bool(other.chain.cause) or not self._parted(mark, other)

    def _parted(self, one: Mark, other: Mark) -> bool:
        """Whether a normal reading of either lies between them."""
        start, end = sorted((one.moment, other.moment))
        for mark in (one, other):
            family = self._families.of(mark.id)
            between = list(family.normals.values()) if family else []
            if mark.holder:
                between += [one.moment for known in (self._normals, self._parting) for one in known.of(mark.holder)]
            if any(start < moment < end for moment in between):
                return True
        return False
