"""A channel over the emulated modem."""

from collector.alerts.channel import open_channel
from collector.settings import Channel
from kadian.settings import Secret

TO = "13912345678"
TEXT = "正门 38.4°C 两次确认\n请复核后记录"


def channel(modem, to=(TO,), pin=None):
    return open_channel(Channel("duty", f"gsm_modem+serial://{modem.path}", secret=pin and Secret(pin), to=to))
