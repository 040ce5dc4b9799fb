from enum import StrEnum

from kadian.text import say


class Reason(StrEnum):
    """Why a gate decided as it did. Each has a sentence in the catalogues under `reason.<word>`."""

    TEMPERATURE_HIGH = "temperature_high"
    FEVER_CONFIRMED = "fever_confirmed"
    CLEARED = "cleared"
    """A second reading within the limit, after a high one."""
    REST_NOT_OVER = "rest_not_over"
    """A second reading that came too early to decide anything."""
    CODE_REFUSED = "code_refused"
    CODE_MISSING = "code_missing"
    CODE_UNVERIFIED = "code_unverified"
    """A code is required, and this one proves too little."""
    TRUST_LIST_OLD = "trust_list_old"
    """What the code was judged by is older than the policy allows."""
    CODE_SHOWN_AGAIN = "code_shown_again"
    """A health code has not changed for minutes: perhaps a picture of one. A hint, which changes no verdict."""
    TOO_COLD = "too_cold"
    TOO_HOT = "too_hot"
    MOVING = "moving"
    STALE = "stale"
    NO_LIMIT = "no_limit"
    """The policy has no limit for what this thermometer measures."""
    REGISTERED = "registered"
    """An outsider's register entry, no measurement."""

    def sentence(self, language: str = "zh") -> str:
        """What the gate's screen says."""
        return say(f"reason.{self}", language)
