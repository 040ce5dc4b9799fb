"""Heimann HTPA32x32dR2L5 or Melexis MLX90641 behind an STM32 that gives one point: boards of gate terminals.

Surface, made by the board in a way that is not documented (`terminal`), and ambient: a fever limit for this driver must
be one made for surfaces.

Answer to A5 05 01 BF, 12 bytes or more, big-endian, signed 16-bit values in 0.1 °C:

    A5 | ?? ?? ?? | AA AA | MM MM | NN NN | TT TT | ?? …
    |               |       |       |       +-- T object
    |               |       |       +---------- N the lowest pixel
    |               |       +------------------ M the highest pixel
    |               +-------------------------- A ambient: -40…85 °C
    +------------------------------------------ head

Open: bytes 1 to 3 and what comes after the twelfth (one may be a sum, perhaps BF ends it); so an answer of 12 to 16
bytes counts by its head and its length between two pauses of the line, and three in a row have to agree. What T is
among M and N is open too, so nothing is asked of them but the range, -40…100 °C, and that N is not above M; it is not
documented either. Whether values are signed is not known; below zero they are taken so. There is no error code.

Rate: asked twice a second. Set-up: 115200 baud. The terminal's own program turns 35…36 °C into one of 36.0…36.3 at
random and adds 0.3 to 36.0…36.3: read the board, never that program.

Source: facts from the drivers SHTPA_32x32dR2L5_single and SMLX90641_STM32 of an Android terminal
(heef87/TemperatureDemo). It gives no answer of a board: the captured one is computed.
"""

import struct

from agent.thermometer.agreement import UNSUMMED, Agreeing
from agent.thermometer.answers import ASK_SECONDS, Answer, Answers
from agent.thermometer.sample import Driver, Poll, Sample

OBJECT_DECI = range(-400, 1001)
AMBIENT_DECI = range(-400, 851)
VALUES = struct.Struct(">hhhh")


def decode(answer: bytes) -> Sample | None:
    """The answer as a sample in °C, None beyond the range."""
    ambient, highest, lowest, surface = VALUES.unpack_from(answer, 4)
    if ambient not in AMBIENT_DECI or any(value not in OBJECT_DECI for value in (highest, lowest, surface)):
        return None
    if lowest > highest:
        return None
    return Sample(raw=surface, surface=surface / 10, ambient=ambient / 10)


ANSWER = Answer(lengths=range(12, 17), decode=decode, head=b"\xa5")


def make_parser() -> Agreeing:
    """A fresh parser of the A5 answers."""
    return Agreeing(Answers(ANSWER), UNSUMMED)


DRIVER = Driver(
    name="htpa_stm32",
    title="HTPA32x32dR2L5 / MLX90641 + STM32",
    baud=115200,
    kind="surface",
    conversion="terminal",
    make_parser=make_parser,
    poll=Poll(bytes.fromhex("A50501BF"), ASK_SECONDS),
    captured=(bytes.fromhex("A505010000FB016000D2015D"),),  # ambient 25.1, highest 35.2, lowest 21.0, surface 34.9
    agree=UNSUMMED,
)
