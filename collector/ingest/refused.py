"""What a broker's refusal means for a person. Pure."""

from kadian.errors import KadianError

# Names of reason codes as paho gives them, for MQTT 5 (section 2.4 of the standard) and translated from 3.1.1.
_CODES = {
    "Bad user name or password": "K0310",
    "Not authorized": "K0311",
    "Banned": "K0311",
    "Session taken over": "K0316",
    "Unspecified error": "K0312",
    "Keep alive timeout": "K0312",
    "Server shutting down": "K0312",
    "Server unavailable": "K0312",
    "Server busy": "K0312",
    "Normal disconnection": "K0312",
}


def refused_connection(reason: str, place: str) -> KadianError:
    """The sentence for the reason of a refused CONNACK or a lost connection.

    K0310 name or password, K0311 not allowed, K0312 not reachable, K0316 another office of the same site is
    connected, K0313 anything else, in the broker's own words.
    """
    return KadianError(_CODES.get(reason, "K0313"), place, why=reason)
