"""Modbus slaves, written from the standard: registers in, answers out; the CRC bit by bit, from its polynomial."""

import struct


def crc16(data):
    register = 0xFFFF
    for byte in data:
        for bit in range(8):
            fed_back = (register ^ byte >> bit) & 1
            register = register >> 1 ^ 0xA001 * fed_back
    return struct.pack("<H", register)


def frame(body):
    return body + crc16(body)


class Slave:
    """One device. `echo` sends the question back first (a half-duplex adapter), `before` comes ahead of each answer,
    `pieces` cuts answers in so many, `delay` is how long it thinks."""

    def __init__(self, function, registers, address=1, *, echo=False, before=b"", pieces=1, delay=0.0):
        self.function, self.registers, self.address = function, registers, address
        self.echo, self.before, self.pieces, self.delay = echo, before, pieces, delay

    def answer(self, question):
        if self.echo:
            yield question
        if len(question) != 8 or frame(question[:-2]) != question or question[0] != self.address:
            return
        _, function, first, count = struct.unpack(">BBHH", question[:-2])
        yield self.delay
        wanted = range(first, first + count)
        if function != self.function:
            whole = frame(bytes([self.address, function | 0x80, 1]))
        elif any(register not in self.registers for register in wanted):
            whole = frame(bytes([self.address, function | 0x80, 2]))
        else:
            words = [self.registers[register] & 0xFFFF for register in wanted]
            whole = frame(struct.pack(f">BBB{count}H", self.address, function, 2 * count, *words))
        whole = self.before + whole
        step = -(-len(whole) // self.pieces)
        for at in range(0, len(whole), step):
            yield whole[at : at + step]
            yield 0.02
