"""TEMPer sticks: what they answer to reports, as recordings in the issues of temper and TEMPered show it."""

import struct

FIRMWARE = bytes.fromhex("0186FF0100000000")
TEMPERATURE = bytes.fromhex("0180330100000000")


def report(which, number, second=0x4E20):
    return struct.pack(">BBhHxx", 0x80, which, number, second)


class Stick:
    """One stick: `firmware` of 16 characters, `inner` and `outer` in °C, `short` so many half answers at first."""

    def __init__(self, firmware="TEMPerX_V3.3", inner=24.5, outer=None, *, short=0, steps=100):
        self.firmware, self.inner, self.outer, self.short, self.steps = firmware, inner, outer, short, steps

    def answer(self, heard):
        for at in range(0, len(heard), 8):
            question = heard[at : at + 8]
            if question == FIRMWARE:
                text = self.firmware.ljust(16).encode()
                self.short -= 1
                if self.short < 0:
                    yield text[:8]
                    yield 0.01
                yield text[8:]
            if question == TEMPERATURE and self.steps == 256:
                yield report(2, round(self.inner * 256), 0x6572)
            elif question == TEMPERATURE:
                yield report(0x80, round(self.inner * 100))
                yield 0.01
                yield report(0x01, 0x4E20 if self.outer is None else round(self.outer * 100))
