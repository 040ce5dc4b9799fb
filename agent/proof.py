"""What a code's text is worth to this gate, and what of it may leave: format, status, colour, expiry, a keyed hash."""

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import msgspec

from agent.codes import Judged, Trust, hashed, holder, judge, trust_of
from agent.codes.shc_parts import Parts, part_of
from agent.daykeys import DayKeys
from agent.settings import AgentSettings
from kadian.messages import Code, Policy

MOST_HOUSEHOLDS = 32
TURN_SECONDS = 30.0


class Proof:
    """Judges texts, from whatever reads them: a camera or a code gun. The text itself is forgotten here.

    Args:
        keys: the key of the day.
        policy: what the office says now.
        now: this machine's time, with an offset.
        synced: whether that time is right.
        monotonic: seconds, for the parts of a card that come one after another.
    """

    def __init__(
        self,
        keys: DayKeys,
        *,
        policy: Callable[[], Policy],
        now: Callable[[], datetime],
        synced: Callable[[], bool] = lambda: True,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._keys = keys
        self._policy = policy
        self._now = now
        self._synced = synced
        self._monotonic = monotonic
        self._parts = Parts()
        self._households: dict[str, tuple[Code, ...]] = {}
        self._staff: dict[str, str] = {}
        self._known_by = b""
        self._turn_at = float("-inf")
        self._believed: tuple[Policy, Trust] | None = None

    def read(self, text: str) -> Code | None:
        """What a code's text is worth; None while it is a part of a card whose other parts are still to come."""
        whole = self._parts.add(text, self._monotonic()) if part_of(text) else text
        if whole is None:
            return None
        judged = judge(whole, self._trust(), self._now())
        if whole is not text and judged.status == "altered":
            return None  # of two people's parts; the rest of the newer one's is still to come
        key = self._key()
        if key != self._known_by:
            # What yesterday's key named is nobody's any more.
            self._known_by = key
            self._households.clear()
            self._staff.clear()
        code = code_of(judged, holder(key, judged))
        if judged.members and code.holder:
            self._remember(code.holder, _members(judged, key))
        self._note_staff(judged, code)
        return code

    def operator(self, code: Code) -> str | None:
        """Whose staff card this is; None of any other code."""
        return self._staff.get(code.holder or "") if code.status == "valid" else None

    def members(self, household: str) -> tuple[Code, ...]:
        """The codes of a household's people in the card's order, for a volunteer to choose from.

        Args:
            household: the holder of a code with `household`, as `read` gave it lately.
        """
        return self._households.get(household, ())

    def turn(self) -> None:
        """Lets yesterday's key go although nobody shows a code; may be called as often as one likes."""
        now = self._monotonic()
        if now >= self._turn_at:
            self._turn_at = now + TURN_SECONDS
            self._key()

    def _key(self) -> bytes:
        return self._keys.key(self._now(), synced=self._synced(), seed=self._policy().holder_seed)

    def _trust(self) -> Trust:
        policy = self._policy()
        if self._believed is None or self._believed[0] is not policy:
            self._believed = (policy, trust_of(policy))
        return self._believed[1]

    def _note_staff(self, judged: Judged, code: Code) -> None:
        if code.holder is None or judged.status != "valid":
            return
        operator = None if judged.members else self._policy().operators.get(judged.personal.get("holder", ""))
        if operator is None:
            self._staff.pop(code.holder, None)
        else:
            self._staff[code.holder] = operator

    def _remember(self, household: str, members: tuple[Code, ...]) -> None:
        self._households.pop(household, None)
        self._households[household] = members
        while len(self._households) > MOST_HOUSEHOLDS:
            del self._households[next(iter(self._households))]


def open_proof(
    settings: AgentSettings,
    *,
    policy: Callable[[], Policy],
    now: Callable[[], datetime],
    synced: Callable[[], bool] = lambda: True,
    monotonic: Callable[[], float] = time.monotonic,
) -> Proof:
    """The judge of codes of this gate, with the day's key where the settings say.

    Raises:
        KadianError: K0456 the day's key for holders cannot be read or made.
    """
    given = settings.codes.holder_key_file
    path = Path(given) if given else Path(settings.outbox.path).parent / "holder.key"
    return Proof(DayKeys(path), policy=policy, now=now, synced=synced, monotonic=monotonic)


def code_of(judged: Judged, hashed: str | None) -> Code:
    """A verdict on a code in the contract's words; what would not fit them is left out, never sent.

    A valid certificate of what does not let pass is `invalid` at a gate, and why stays here.

    Args:
        judged: by one of the formats.
        hashed: the holder's keyed hash.
    """
    status = "invalid" if judged.status == "valid" and not judged.lets_pass else judged.status
    told = {"format": judged.format, "status": status, "holder": hashed, "old_list": judged.old_list}
    more = {"colour": judged.colour, "expires": judged.expires, "household": len(judged.members) or None}
    try:
        return msgspec.convert({**told, **more}, Code)
    except msgspec.ValidationError:
        return msgspec.convert(told, Code)


def _members(judged: Judged, key: bytes) -> tuple[Code, ...]:
    return tuple(
        Code(
            judged.format,
            member.status,
            hashed(key, judged.format, member.holder_source),
            expires=member.expires,
            household=len(judged.members),
            member=number,
            old_list=judged.old_list,
        )
        for number, member in enumerate(judged.members, 1)
    )
