"""ntfy: `ntfy+https://ntfy.sh/topic`, or the office's own server; `token`, if any, is an access token.

Published as JSON to the server's root (docs.ntfy.sh/publish, "Publish as JSON"), since headers carry no Chinese. Its
HTTP statuses are real; a refusal has `code`, `http` and `error` in its body, what was taken comes back with its `id`.
A `sequence_id` that comes again replaces the notification instead of adding one (servers since 2.16; older ones pass
over it).
"""

from urllib.parse import unquote

from collector.alerts.channel import Answer, ChannelSettings
from collector.alerts.limits import DAY, Limit
from collector.alerts.message import Message
from collector.alerts.service import HOUR, MINUTE, Meaning, Service
from collector.alerts.wording import cut, title_and_rest

PRIORITIES = {"page": 5, "notice": 3}
"""5: the longest vibration and a pop-over; 3: the server's default."""
MOST_BYTES = 4096
"""Of a message; a longer one becomes an attached file."""
LIMITS = (Limit(60, 300), Limit(250, DAY))
"""A visitor of ntfy.sh: 60 at once, one more each 5 s, 250 a day (docs.ntfy.sh/publish, "Limitations"). A server of
one's own has the first of them by default, so `limit` may say more."""
MEANINGS = {
    401: Meaning("key"),
    403: Meaning("forbidden"),
    404: Meaning("address"),
    429: Meaning("busy", retry=True, after_seconds=MINUTE),
    40009: Meaning("topic"),
    40010: Meaning("topic"),
    42908: Meaning("limit", retry=True, after_seconds=HOUR),
}


def open_url(url: str, settings: ChannelSettings) -> "Ntfy":
    """The topic at the end of a URL.

    Raises:
        KadianError: K0430, the token is blank; K0530, it cannot be one.
    """
    return Ntfy(url, settings)


class Ntfy:
    """One topic of one server."""

    def __init__(self, url: str, settings: ChannelSettings) -> None:
        root, _, topic = url.rstrip("/").rpartition("/")
        self._root = f"{root}/"
        self._topic = unquote(topic)
        self._service = Service("ntfy", settings, ("code",), None, MEANINGS, needs_key=False)

    def send(self, message: Message) -> Answer:
        """Publish once."""
        return self._publish(message, PRIORITIES.get(message.severity, 3))

    def test(self, message: Message) -> Answer:
        """Publish once with the least priority: no sound, no vibration, below the fold."""
        return self._publish(message, 1)

    def _publish(self, message: Message, priority: int) -> Answer:
        title, rest = title_and_rest(message, 200)
        fields = {
            "topic": self._topic,
            "title": title,
            "message": cut(rest, MOST_BYTES, message.link),
            "priority": priority,
            "sequence_id": message.id,
        }
        key = self._service.key
        return self._service.post(self._root, fields, {"Authorization": f"Bearer {key}"} if key else None)
