"""What Home Assistant is told of a gate by MQTT discovery: counts and states, never anybody's reading.

Nothing is published but these descriptions; they point Home Assistant at the topics that the gate speaks on anyway
(home-assistant.io, "MQTT", discovery).
"""

from typing import Any

import msgspec

from agent.settings import HomeAssistant
from kadian import __version__
from kadian.text import say
from kadian.topics import Kind, topic

EXPIRE_SECONDS = 100
"""Three reports that did not come, and some."""
DEVICE_STATES = ["ok", "silent", "lost", "none"]
SENSORS: dict[str, dict[str, Any]] = {
    "passes": {"value_template": "{{ value_json.today.passes | default(0) }}", "state_class": "total_increasing"},
    "rechecks": {"value_template": "{{ value_json.today.rechecks | default(0) }}", "state_class": "total_increasing"},
    "waiting": {"value_template": "{{ value_json.outbox.waiting }}", "state_class": "measurement"},
    "thermometer": {
        "value_template": "{{ value_json.thermometer.state }}",
        "device_class": "enum",
        "options": DEVICE_STATES,
    },
    "camera": {"value_template": "{{ value_json.camera.state }}", "device_class": "enum", "options": DEVICE_STATES},
}
"""By the last part of the unique id; names stand in the catalogue."""


def discovery(settings: HomeAssistant, site: str, gate: str) -> list[tuple[str, bytes]]:
    """Topics and what is to be retained there, one of each entity; none while it is not enabled.

    Args:
        settings: whether, and where.
        site: of the gate.
        gate: its name.
    """
    if not settings.enabled:
        return []
    node = f"kadian-{site}-{gate}"
    status = topic(site, gate, Kind.STATUS)
    common = {
        "origin": {"name": "kadian", "sw_version": __version__},
        "device": {
            "identifiers": [node],
            "name": f"{_name('gate')} {gate}",
            "manufacturer": "kadian",
            "model": site,
            "sw_version": __version__,
        },
    }
    reported = {
        "state_topic": topic(site, gate, Kind.TELEMETRY),
        "expire_after": EXPIRE_SECONDS,
        "availability_topic": status,
        "availability_template": "{{ 'online' if value_json.state == 'online' else 'offline' }}",
    }
    online = {
        "state_topic": status,
        "value_template": "{{ 'ON' if value_json.state == 'online' else 'OFF' }}",
        "device_class": "connectivity",
    }
    entities = [("sensor", word, {**reported, **more}) for word, more in SENSORS.items()]
    entities.append(("binary_sensor", "online", online))
    return [
        (
            f"{settings.prefix}/{kind}/{node}/{word}/config",
            msgspec.json.encode({"name": _name(word), "unique_id": f"{node}-{word}", **more, **common}),
        )
        for kind, word, more in entities
    ]


def _name(word: str) -> str:
    return f"{say(f'homeassistant.{word}', 'zh')} {say(f'homeassistant.{word}', 'en')}"
