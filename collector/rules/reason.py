"""Why a phone rings, and why it does not."""

from enum import StrEnum


class Reason(StrEnum):
    """What a rule says of one screening. The first group is silent, the second makes a finding."""

    SEEN_BEFORE = "seen_before"
    """The same screening was judged already."""
    NOT_CONCERNED = "not_concerned"
    """Nothing in it is this rule's business."""
    NO_RESULT = "no_result"
    """No temperature that may be judged: none, of doubtful quality, or of a kind without a limit."""
    NORMAL = "normal"
    """Below the limit; it also clears an earlier high reading of the same person."""
    FIRST_HIGH = "first_high"
    """A flag is not an alarm: the first high reading asks for a second one."""
    REST_NOT_OVER = "rest_not_over"
    """The gate measured again before the rest was over, which decides nothing."""
    FIRST_REFUSAL = "first_refusal"
    """A code may be shown wrongly once."""
    ONE_GATE = "one_gate"
    """The code was at no other gate within the walking time."""

    CONFIRMED_BY_SECOND = "confirmed_by_second"
    """A second high reading of the same person in time."""
    CONFIRMED_AT_GATE = "confirmed_at_gate"
    """The gate saw both readings; the first never came."""
    HIGH_AGAIN = "high_again"
    """One more high reading of a person whose fever is confirmed: the same incident."""
    SEALED = "sealed"
    """Somebody is at an entrance that the office has closed."""
    INSISTS = "insists"
    """A refused code was shown again."""
    TWO_GATES = "two_gates"
    """One code was at two gates in less time than the way takes: a hint."""

    # Of clusters, scenes and places.
    FEW_HIGH = "few_high"
    """Silent: not more high readings at this gate than chance gives."""
    SAME_VALUE = "same_value"
    """One and the same high value, person after person: the thermometer is stuck."""
    NEARLY_ALL_HIGH = "nearly_all_high"
    """Nearly everybody at a gate is high: the device before the people."""
    ALL_MOVED = "all_moved"
    """A few are high, and those who are not, or the air at the device, moved up with them: sun or heat."""
    SEVERAL_ILL = "several_ill"
    """Several people of one gate are high, and the others are as usual."""
