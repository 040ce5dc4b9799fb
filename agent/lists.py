"""How old the lists are that codes are judged by."""

from datetime import datetime, timedelta

from agent.telemetry import list_moments
from kadian.messages import Policy


def old_lists(policy: Policy, now: datetime) -> dict[str, int]:
    """The lists (`revoked`, `dcc`, `shc`) that are older than the policy allows, with their age in whole days."""
    ages = {name: now - moment for name, moment in list_moments(policy).items()}
    return {name: age.days for name, age in ages.items() if age > timedelta(days=policy.trust.days)}
