"""Temperature transmitters on RS-485 that speak Modbus RTU: SHT20 and SHTC3 boards, DS18B20 and PT100 converters.

They measure air or what their probe touches: `ambient` unless told otherwise, so that no fever rule looks at them.
Asked once a second; they answer within some 10 ms.

    ask     AA FF | RR RR | NN NN | CC CC        AA address, FF function (03 or 04), R first register, N how many
    answer  AA FF | LL | DD DD … | CC CC         L data bytes, D registers, big-endian
    refusal AA FF+80 | EE | CC CC                E 01 function, 02 register, 03 value, 04 device

C is the CRC-16 (A001 reflected, begun with FFFF), low byte first. A value is a register as signed or unsigned 16 bits,
or two as an IEEE float, times `scale` plus `offset`, in °C. The answer is looked for anywhere in what comes: an adapter
that echoes the question, or a 00 before the answer, changes nothing. The silence that ends a frame by the standard
cannot be seen behind USB, so it plays no part.

A probe's fault shows in a value of its own (`invalid`) or in a register of its own: the TRS-02a goes on giving the last
good temperature with status A0 when its probe is broken, so its status must be read too.

Presets (factory address 1, 9600 8N1; units set to even parity have to be set back):

    xy_md02  XY-MD01, XY-MD02, MD02, SHT20 board   04 register 1, 0.1 °C
    shtc3    SHTC3 board                            03 register 1, 0.1 °C (register 0 is humidity)
    r4dcb08  R4DCB08, eight DS18B20                 03 register 0 to 7, 0.1 °C, 8000 = no probe
    trs_02a  SIMEX TRS-02a, PT100                   03 register 1, 0.1 °C, register 2 = status, 0 is good
    sm100    SM100                                  04 register 7534h, 0.1 °C

Look-alikes differ in scale and function; 263 for 26.3 °C is beyond `high` and refused, 2.63 has to be seen by a person.

Source: Modicon's Modbus reference guide PI-MBUS-300; the makers' leaflets of XY-MD02, R4DCB08, TRS-02a. Captured frames
are of an XY-MD02, as its users printed them.
"""

import struct
from typing import Annotated, Literal

from msgspec import Meta, Struct
from msgspec.structs import asdict, replace

from agent.thermometer.crc import reflected
from agent.thermometer.packets import Kept, count
from agent.thermometer.sample import Driver, Poll, Sample
from kadian.messages import TemperatureKind

Preset = Literal["xy_md02", "shtc3", "r4dcb08", "trs_02a", "sm100"]
Word = Annotated[int, Meta(ge=0, le=0xFFFF)]
DECIMALS = 4


class Register(Struct, frozen=True):
    """Where a device keeps its temperature, and what its numbers mean; see `Options`."""

    address: int = 1
    function: int = 4
    register: int = 1
    type: Literal["s16", "u16", "f32"] = "s16"
    low_word_first: bool = False
    scale: float = 0.1
    offset: float = 0.0
    invalid: tuple[int, ...] = (0x8000, 0x7FFF)
    status: int | None = None
    status_good: int = 0
    count: int = 1
    low: float = -60.0
    high: float = 125.0
    seconds: float = 1.0
    kind: TemperatureKind = "ambient"

    @property
    def first(self) -> int:
        """The first register asked for."""
        return self.register if self.status is None else min(self.register, self.status)

    @property
    def words(self) -> int:
        """How many registers are asked for: up to the last needed, and at least `count`."""
        ends = self.register + (2 if self.type == "f32" else 1), (self.status or 0) + 1
        return max(self.count, max(ends) - self.first)

    @property
    def question(self) -> bytes:
        """The poll."""
        return summed(struct.pack(">BBHH", self.address, self.function, self.first, self.words))


PRESETS: dict[Preset, Register] = {
    "xy_md02": Register(),
    "shtc3": Register(function=3),
    "r4dcb08": Register(function=3, register=0),
    "trs_02a": Register(function=3, status=2),
    "sm100": Register(register=0x7534),
}


class Options(Struct, frozen=True, forbid_unknown_fields=True):
    """A preset, and what differs from it.

    Attributes:
        preset: a device of the table above.
        address: 1…247.
        function: 3 holding registers, 4 input registers.
        register: the temperature's register, counted from 0.
        type: `s16`, `u16`, or `f32` in two registers.
        low_word_first: the float's second register comes first.
        scale: °C a step.
        offset: °C added.
        invalid: raw numbers that mean no value.
        status: a register that tells whether the value is good.
        status_good: its number when it is.
        count: registers to ask for, where a device answers only to a certain number.
        low: °C, the least that can be.
        high: °C, the most that can be.
        seconds: between two questions.
        kind: what the temperature is.
    """

    preset: Preset = "xy_md02"
    address: Annotated[int, Meta(ge=1, le=247)] | None = None
    function: Literal[3, 4] | None = None
    register: Word | None = None
    type: Literal["s16", "u16", "f32"] | None = None
    low_word_first: bool | None = None
    scale: float | None = None
    offset: float | None = None
    invalid: tuple[Word, ...] | None = None
    status: Word | None = None
    status_good: Word | None = None
    count: Annotated[int, Meta(ge=1, le=125)] | None = None
    low: float | None = None
    high: float | None = None
    seconds: Annotated[float, Meta(ge=0.1, le=2)] | None = None
    kind: TemperatureKind | None = None


def summed(body: bytes) -> bytes:
    """A frame: the body and its CRC."""
    return body + reflected(body, 0xA001, 0xFFFF).to_bytes(2, "little")


class Replies(Kept):
    """A parser of one register's answers; keeps less than one answer.

    Half an answer stays half however long the line is quiet, and the next one is found behind it.
    """

    def __init__(self, register: Register) -> None:
        super().__init__()
        self._register = register
        self._head = bytes([register.address, register.function, 2 * register.words])
        self._refusal = bytes([register.address, register.function | 0x80])

    def feed(self, data: bytes) -> list[Sample]:
        """The samples that these bytes complete; the same whatever pieces the bytes come in."""
        self._buffer += data
        buffer, counts = self._buffer, self._counts
        samples: list[Sample] = []
        at = 0
        while (length := self._length(at)) and at + length <= len(buffer):
            frame = bytes(buffer[at : at + length])
            if summed(frame[:-2]) != frame:
                # Two bytes of head come by chance, in an echo for one; a sum over them alone is no damaged answer.
                if length > 1:
                    counts.bad_checksum += 1
                counts.skipped += 1
                at += 1
                continue
            at += length
            answer = frame.startswith(self._head)
            samples += count(counts, (self._value(frame[3:-2]) or "out_of_range") if answer else "foreign", length)
        del buffer[:at]
        return samples

    def _length(self, at: int) -> int:
        """How long what begins here is, if it can be an answer or its beginning; 1 if not; 0 at the end."""
        seen = bytes(self._buffer[at : at + 3])
        if self._head.startswith(seen):
            return len(self._head) + self._head[2] + 2 if seen else 0
        return 5 if seen.startswith(self._refusal) else 1

    def _value(self, registers: bytes) -> Sample | None:
        told = self._register
        if told.status is not None and _word(registers, told.status - told.first) != told.status_good:
            return None
        at = told.register - told.first
        raw = _word(registers, at)
        if told.type == "f32":
            return self._float(registers[2 * at : 2 * at + 4])
        if raw in told.invalid:
            return None
        if told.type == "s16" and raw >= 0x8000:
            raw -= 0x10000
        return self._sample(raw, raw)

    def _float(self, pair: bytes) -> Sample | None:
        value = struct.unpack(">f", pair[2:] + pair[:2] if self._register.low_word_first else pair)[0]
        # The comparison with both limits also refuses a NaN, before anything is made an integer of.
        return self._sample(value, None)

    def _sample(self, number: float, raw: int | None) -> Sample | None:
        told = self._register
        value = round(number * told.scale + told.offset, DECIMALS)
        if not told.low <= value <= told.high:
            return None
        return Sample(
            raw=round(value * 100) if raw is None else raw,
            surface=value,
            ambient=value if told.kind == "ambient" else None,
            body=value if told.kind == "body_estimate" else None,
        )


def _word(registers: bytes, at: int) -> int:
    return int.from_bytes(registers[2 * at : 2 * at + 2], "big")


def configured(options: Options) -> Driver:
    """The driver for these options.

    Raises:
        ValueError: temperature and status lie too far apart for one question.
    """
    given = {name: value for name, value in asdict(options).items() if name != "preset" and value is not None}
    register = replace(PRESETS[options.preset], **given)
    if register.words > 125:
        raise ValueError("status: more than 125 registers from the temperature")
    return made(register)


def made(register: Register) -> Driver:
    """A driver that asks for one register."""
    return Driver(
        name="modbus_rtu",
        title="Modbus RTU: XY-MD02, SHT20, SHTC3, R4DCB08, TRS-02a, SM100",
        baud=9600,
        kind=register.kind,
        make_parser=lambda: Replies(register),
        conversion="device" if register.kind == "body_estimate" else None,
        captured=(bytes.fromhex("01040201317974"), bytes.fromhex("0104020107F962")),  # 30.5, 26.3
        poll=Poll(register.question, register.seconds),
    )


DRIVER = made(Register())
