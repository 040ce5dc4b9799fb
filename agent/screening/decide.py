"""What the gate says to one person."""

from typing import NamedTuple

from agent.screening.limits import Judgement, judge
from agent.screening.pending import Flag
from agent.screening.reason import Reason
from kadian.messages import Code, Policy, Temperature, Verdict

NO_RESULT: dict[Judgement, Reason] = {
    "cold": Reason.TOO_COLD,
    "hot": Reason.TOO_HOT,
    "moving": Reason.MOVING,
    "stale": Reason.STALE,
    "no_limit": Reason.NO_LIMIT,
}


class Decision(NamedTuple):
    """A verdict with its reasons, the weightiest first."""

    verdict: Verdict
    reasons: tuple[Reason, ...]


def decide(temperature: Temperature | None, code: Code | None, pending: Flag | None, policy: Policy) -> Decision:
    """The verdict on what was measured and shown.

    A first high reading asks for rest and a second one; a second high reading (`pending` is the first) is a confirmed
    fever. `stop` outweighs `recheck`, `recheck` outweighs `none`: who cannot be judged by temperature may still be
    refused by code.

    Args:
        temperature: the reading, or None at a gate without a thermometer.
        code: the code shown with it, or None.
        pending: this person's earlier high reading that is not resolved yet and young enough.
        policy: the limits and rules.
    """
    said: list[tuple[Verdict, Reason]] = []
    if temperature is not None:
        judgement = judge(temperature, policy)
        if judgement == "high":
            said.append(("stop", Reason.FEVER_CONFIRMED) if pending else ("recheck", Reason.TEMPERATURE_HIGH))
        elif judgement == "normal":
            said += [("pass", Reason.CLEARED)] if pending else []
        else:
            said.append(("none", NO_RESULT[judgement]))
    if code is not None and policy.code != "off" and code.status in policy.refused_statuses:
        said.append(("stop", Reason.CODE_REFUSED))
    if code is not None and code.old_list:
        said.append(("pass", Reason.TRUST_LIST_OLD))
    if code is None and policy.code == "required":
        said.append(("recheck", Reason.CODE_MISSING))
    weight: list[Verdict] = ["stop", "recheck", "none", "pass"]
    said.sort(key=lambda one: weight.index(one[0]))
    verdict: Verdict = said[0][0] if said else "pass"
    return Decision(verdict, tuple(reason for _, reason in said))
