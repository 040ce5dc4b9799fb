"""A board of gate terminals that prints what its Melexis MLX90614 sees, as text with the numbers in fixed places.

Surface and ambient temperature, nothing about the body: a fever limit for this driver must be one made for surfaces.

Text, two digits on both sides of each decimal point, °C:

    ..........AA.AA..............–TT.TT…
    0         1111              2 33333
              01234             9 01234
              |                   +-- T object, the point at 32: -99.99…99.99
              +---------------------- A ambient, the point at 12

Open: the words around the numbers, how long the text is and how it ends. So a text counts from one pause of the line to
the next, with exactly two points, at 12 and 32, and digits around them; three in a row have to agree. A minus before
the digits is one, any other sign there is none. A third digit would move a point, and the text is refused. A board that
does not pause for 0.2 s between two texts is never heard: use the driver for lines of text. There is no error code.

Rate: not documented, some twice a second. Set-up: 9600 baud.

Source: facts from the driver SMLX90614 of an Android terminal (heef87/TemperatureDemo). It gives no text of a board:
the captured one is made up around the two places.
"""

import re

from agent.thermometer.agreement import UNSUMMED, Agreeing
from agent.thermometer.answers import Answer, Answers
from agent.thermometer.sample import Driver, Sample

AMBIENT_CENTI = range(-4000, 12501)
OBJECT_CENTI = range(-7000, 10000)
TEXT = re.compile(
    rb"[^.]{9}(?P<ambient>[^.\d]\d\d\.\d\d)(?!\d)[^.]{14}(?P<surface>[^.\d]\d\d\.\d\d)(?!\d)[^.]*", re.DOTALL
)
PRINTED = frozenset(range(0x20, 0x7F)) | frozenset(b"\t\r\n")


def decode(text: bytes) -> Sample | None:
    """The text as a sample in °C, None where it is another text or a value is beyond the sensor's range."""
    found = TEXT.fullmatch(text)
    if found is None or not PRINTED.issuperset(text):
        return None
    surface, ambient = _centi(found["surface"]), _centi(found["ambient"])
    if surface not in OBJECT_CENTI or ambient not in AMBIENT_CENTI:
        return None
    return Sample(raw=surface, surface=surface / 100, ambient=ambient / 100)


def _centi(number: bytes) -> int:
    value = int(number[1:3]) * 100 + int(number[4:6])
    return -value if number.startswith(b"-") else value


ANSWER = Answer(lengths=range(35, 65), decode=decode)


def make_parser() -> Agreeing:
    """A fresh parser of such texts."""
    return Agreeing(Answers(ANSWER), UNSUMMED)


DRIVER = Driver(
    name="mlx90614_ascii",
    title="MLX90614 board with text",
    baud=9600,
    kind="surface",
    make_parser=make_parser,
    captured=(b"Ambient = 25.10 C\r\nObject  =  34.91 C\r\n",),
    agree=UNSUMMED,
)
