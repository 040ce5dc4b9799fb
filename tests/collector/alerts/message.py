"""A page as it goes to a phone."""

from collector.alerts.message import Message

MESSAGE = Message(
    id="d1",
    incident="i1",
    rule="confirmed_fever",
    severity="page",
    late=False,
    gate="g1",
    entrance="e01",
    name="正门",
    at="2026-11-24T07:02:00.000+08:00",
    text="正门 38.4°C 两次确认",
    text_en="Main gate 38.4 °C",
    what_to_do="复核",
    what_to_do_en="Check",
    count=1,
)
