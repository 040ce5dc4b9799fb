"""JSON Schema and the AsyncAPI 3 document, made from the message types: `python -m kadian.messages.schema docs`."""

import json
import sys
from pathlib import Path
from typing import Any

import msgspec

from kadian.messages.wire import MESSAGES, MOST_IN_ONE
from kadian.topics import PREFIX, SCREENING_EXPIRY_SECONDS, Kind

DIALECT = "https://json-schema.org/draft/2020-12/schema"

# kind: who sends it, whether it is retained, what it is for
CHANNELS: dict[Kind, tuple[str, bool, str]] = {
    Kind.SCREENING: ("gate", False, "One screening, or an array of up to 500 while a backlog is drained."),
    Kind.RECEIPT: ("office", False, "What is committed to disk in the office; only this lets the gate delete."),
    Kind.STATUS: ("gate", True, "Whether the gate is connected; the last will says lost."),
    Kind.TELEMETRY: ("gate", False, "How the gate's computer and devices are, every 30 s."),
    Kind.POLICY: ("office", True, "What the gate decides by."),
    Kind.COMMAND: ("office", False, "What the office asks of the gate."),
    Kind.REPLY: ("gate", False, "The gate's answer to a command."),
}


def json_schemas() -> dict[str, dict[str, Any]]:
    """JSON Schema (2020-12) of every message, by its topic's last levels; references stay inside each document."""
    made = {}
    for kind, message in MESSAGES.items():
        schema = msgspec.json.schema(message)
        made[kind.value.replace("/", "-")] = {"$schema": DIALECT, "title": f"kadian {kind.value}", **schema}
    return made


def asyncapi() -> dict[str, Any]:
    """The AsyncAPI 3.0 document: channels, messages, operations of the office, MQTT bindings 0.2.0."""
    types = list(MESSAGES.values())
    _, components = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    messages: dict[str, Any] = {}
    for kind, (sender, retained, purpose) in CHANNELS.items():
        name = kind.value.replace("/", "-")
        one = {"$ref": f"#/components/schemas/{MESSAGES[kind].__name__}"}
        many = {"oneOf": [one, {"type": "array", "maxItems": MOST_IN_ONE, "items": one}]}
        messages[name] = {"contentType": "application/json", "payload": many if kind is Kind.SCREENING else one}
        channels[name] = {
            "address": f"{PREFIX}/{{site}}/{{gate}}/{kind.value}",
            "description": purpose,
            "parameters": {
                "site": {"$ref": "#/components/parameters/site"},
                "gate": {"$ref": "#/components/parameters/gate"},
            },
            "messages": {name: {"$ref": f"#/components/messages/{name}"}},
        }
        operations[name] = {
            "action": "receive" if sender == "gate" else "send",
            "channel": {"$ref": f"#/channels/{name}"},
            "bindings": {"mqtt": {"qos": 1, "retain": retained, "bindingVersion": "0.2.0"}},
        }
    operations[Kind.SCREENING]["bindings"]["mqtt"]["messageExpiryInterval"] = SCREENING_EXPIRY_SECONDS
    level = {"description": "[a-z0-9-], 1 to 32 characters"}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "kadian",
            "version": "1",
            "description": "What gates and the office say to each other, seen from the office: MQTT 5, QoS 1.",
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {"schemas": components, "messages": messages, "parameters": {"site": level, "gate": level}},
    }


def documents() -> dict[str, str]:
    """Every generated file's text, by its name below docs/."""
    texts = {f"schema/{name}.json": schema for name, schema in json_schemas().items()} | {"asyncapi.json": asyncapi()}
    return {
        name: json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n" for name, value in texts.items()
    }


if __name__ == "__main__":
    for file_name, text in documents().items():
        target = Path(sys.argv[1]) / file_name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
