"""Every message of the contract as a typed value; `decode` and `encode` are the only door to the wire."""

from kadian.messages.command import Command, Reply
from kadian.messages.policy import CodeRule, PassKey, Policy, SiteLimits
from kadian.messages.receipt import Receipt
from kadian.messages.screening import (
    ClockState,
    Code,
    Colour,
    Quality,
    Screening,
    Temperature,
    TemperatureKind,
    Verdict,
)
from kadian.messages.status import GateState, Status
from kadian.messages.telemetry import CameraHealth, GunHealth, OutboxHealth, Telemetry, ThermometerHealth
from kadian.messages.trust import DccKey, HolderSeed, OwnTexts, ShcKey, TrustLists
from kadian.messages.wire import MESSAGES, Refused, decode, decode_screenings, encode, split_screenings

__all__ = [
    "MESSAGES",
    "CameraHealth",
    "ClockState",
    "Code",
    "CodeRule",
    "Colour",
    "Command",
    "DccKey",
    "GateState",
    "GunHealth",
    "HolderSeed",
    "OutboxHealth",
    "OwnTexts",
    "PassKey",
    "Policy",
    "Quality",
    "Receipt",
    "Refused",
    "Reply",
    "Screening",
    "ShcKey",
    "SiteLimits",
    "Status",
    "Telemetry",
    "Temperature",
    "TemperatureKind",
    "ThermometerHealth",
    "TrustLists",
    "Verdict",
    "decode",
    "decode_screenings",
    "encode",
    "split_screenings",
]
