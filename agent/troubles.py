"""What is wrong with a gate, in the words of its screen."""

from collections.abc import Mapping

TROUBLES = {
    ("thermometer", "lost"): "no_thermometer",
    ("thermometer", "silent"): "silent_thermometer",
    ("thermometer", "stuck"): "stuck_thermometer",
    ("camera", "lost"): "no_camera",
    ("camera", "silent"): "silent_camera",
    ("gun", "lost"): "no_gun",
    ("outbox", "refusing"): "outbox_full",
    ("outbox", "slow"): "outbox_slow",
}


def troubles(states: Mapping[str, str]) -> list[str]:
    """Words of the catalogue (`kiosk.no_thermometer` …) for the states of the devices and of the outbox, by name."""
    return [TROUBLES[one] for one in states.items() if one in TROUBLES]
