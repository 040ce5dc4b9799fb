"""Heimann boards of gate terminals that give one point: YS-HAIMAN, LSC_HM, and HAIMAN-32*24.

One surface temperature, chosen by the board in a way that is not documented (`terminal`), no ambient: a fever limit for
this driver must be one made for surfaces.

Answer to A5 55 01 FB, 7 bytes, little-endian, 0.01 °C:

    ?? ?? | TT TT | X | Y | ??
            |       |   +------ Y row of the point, in the 32 × 24 variant (not used)
            |       +---------- X its column
            +------------------ T object: 0.01…100 °C; 0 says that there is none

Open: bytes 0, 1 and 6. One may be a sum; none is known, so an answer counts by its length between two pauses of the
line, and three in a row have to agree. The range is not documented: 0.01…100 °C is asked. There is no other error code.
The same four bytes ask a GY-MCU90640 for its emissivity: they are sent because this driver is configured.

Rate: asked twice a second. Set-up: 115200 baud.

Source: facts from the drivers YS_HAIMAN, SLSC_HM_32x32 and SHAIMAN_32x24 of an Android terminal
(heef87/TemperatureDemo). It gives no answer of a board: the captured one is computed.
"""

from agent.thermometer.agreement import UNSUMMED, Agreeing
from agent.thermometer.answers import ASK_SECONDS, Answer, Answers
from agent.thermometer.sample import Driver, Poll, Sample

OBJECT_CENTI = range(1, 10001)


def decode(answer: bytes) -> Sample | None:
    """The seven bytes as a sample in °C, None beyond the range or without a point."""
    surface = int.from_bytes(answer[2:4], "little")
    return Sample(raw=surface, surface=surface / 100) if surface in OBJECT_CENTI else None


ANSWER = Answer(lengths=(7,), decode=decode)


def make_parser() -> Agreeing:
    """A fresh parser of answers of seven bytes."""
    return Agreeing(Answers(ANSWER), UNSUMMED)


DRIVER = Driver(
    name="heimann_hm",
    title="Heimann YS-HAIMAN / LSC_HM / HAIMAN-32*24",
    baud=115200,
    kind="surface",
    conversion="terminal",
    make_parser=make_parser,
    poll=Poll(bytes.fromhex("A55501FB"), ASK_SECONDS),
    captured=(bytes.fromhex("5A5AA30D100CB0"),),  # surface 34.91 at column 16, row 12
    agree=UNSUMMED,
)
