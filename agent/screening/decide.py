"""What the gate says to one person."""

from typing import NamedTuple

from agent.screening.health import health_colour
from agent.screening.limits import Judgement, judge
from agent.screening.reason import Reason
from agent.screening.rest import Rest, left
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


def decide(
    temperature: Temperature | None, code: Code | None, rest: Rest | None, policy: Policy, at: float
) -> Decision:
    """The verdict on what was measured and shown.

    A first high reading asks for rest and a second one. The second one, once the rest is over, confirms a fever or
    clears it; one before that says nothing yet. A contact thermometer need not wait. `stop` outweighs `recheck`,
    `recheck` outweighs `none`: who cannot be judged by temperature may still be refused by code.

    Args:
        temperature: the reading, or None at a gate without a thermometer.
        code: the code shown with it, or None.
        rest: this person's rest, or None.
        policy: the limits and rules.
        at: when the reading was made (monotonic seconds).
    """
    said: list[tuple[Verdict, Reason]] = []
    if temperature is not None:
        said += _of_temperature(temperature, rest, policy, at)
    if code is not None and policy.code != "off" and code.status in policy.refused_statuses:
        said.append(("stop", Reason.CODE_REFUSED))
    elif policy.code == "required" and not (rest is not None and rest.proven):
        if code is None:
            said.append(("recheck", Reason.CODE_MISSING))
        elif not is_enough(code, policy):
            said.append(("recheck", Reason.CODE_UNVERIFIED))
    if code is not None and code.old_list and policy.code != "off":
        said.append(("pass", Reason.TRUST_LIST_OLD))
    if code is not None and code.shown_again and policy.code != "off":
        said.append(("pass", Reason.CODE_SHOWN_AGAIN))
    weight: list[Verdict] = ["stop", "recheck", "none", "pass"]
    said.sort(key=lambda one: weight.index(one[0]))
    verdict: Verdict = said[0][0] if said else "pass"
    return Decision(verdict, tuple(reason for _, reason in said))


def is_enough(code: Code, policy: Policy) -> bool:
    """Whether a code satisfies a policy that requires one.

    With `accepted_formats` it has to be of one of them, and not be refused. Without, it has to prove something
    (`valid`), or to be a health code that shows green: none can be verified by anybody but its issuer.
    """
    if code.status not in {"valid", "unverified"}:
        return False
    if policy.accepted_formats:
        return code.format in policy.accepted_formats
    return code.status == "valid" or health_colour(code) == "green"


def _of_temperature(
    temperature: Temperature, rest: Rest | None, policy: Policy, at: float
) -> list[tuple[Verdict, Reason]]:
    judgement = judge(temperature, policy)
    if judgement not in {"high", "normal"}:
        return [("none", NO_RESULT[judgement])]
    if rest is None or not rest.high:
        return [("recheck", Reason.TEMPERATURE_HIGH)] if judgement == "high" else []
    if temperature.kind != "contact" and left(rest, at, policy):
        return [("recheck", Reason.REST_NOT_OVER)]
    return [("stop", Reason.FEVER_CONFIRMED) if judgement == "high" else ("pass", Reason.CLEARED)]
