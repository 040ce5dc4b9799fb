"""A gun as a virtual COM port (/dev/ttyACM*, or /dev/ttyUSB* behind a bridge): the way to be recommended.

Bytes come as the code holds them, Chinese too. GM65 and GM805 modules: 9600 baud as delivered, DE2120: 115200. Over
USB-CDC the rate means nothing. Nothing is sent to it.
"""

from functools import partial

from agent.guns.family import Family
from agent.guns.texts import Texts
from agent.wire.port import open_port

GAP_SECONDS = 0.05
"""A quiet so long ends a text that has no end of its own. An FTDI bridge hands on what has come every 16 ms."""

FAMILY = Family(name="serial", open=partial(open_port, quiet=GAP_SECONDS), make_reader=Texts)
