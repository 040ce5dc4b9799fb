"""How one collector, or several that share a site's messages, present themselves to the broker. Pure.

A member of a shared subscription gets its turn of the messages whether it is connected or not, as long as its session
lives: mosquitto 2.0 and EMQX queue them there, and drop them with the session instead of giving them to another
(eclipse-mosquitto/mosquitto#1747 and #2662, emqx/emqx#12257; measured in tests/collector/ingest/test_sharing.py). So
a member's session ends with its connection: what was under way to it is not receipted, and its gate sends it again.
"""

from kadian.topics import Kind, every_gate

SESSION_SECONDS = 86_400
"""How long the broker keeps what arrives for the only collector while that is away."""
HEARD_BY_ALL = (Kind.TELEMETRY, Kind.REPLY, Kind.STATUS)
"""What a gate says of itself: whichever collector leads asks for what is missing, and decides by all of it. The states
are retained besides, and a shared subscription is given nothing retained. Written by each, it says the same each time.
"""


def client_id(site: str, share: str | None, name: str) -> str:
    """The only collector of a site is known by the site, one of several by its own name too, the same at each start."""
    return f"kadian-office-{site}" if share is None else f"kadian-office-{site}-{name}"


def session_seconds(share: str | None) -> int:
    """How long the broker is to keep the session of a collector that is away."""
    return SESSION_SECONDS if share is None else 0


def filters(site: str, share: str | None) -> list[tuple[str, int]]:
    """What to subscribe to, with QoS 1."""
    group = f"$share/{share}/" if share is not None else ""
    return [(group + every_gate(site, Kind.SCREENING), 1), *((every_gate(site, kind), 1) for kind in HEARD_BY_ALL)]
