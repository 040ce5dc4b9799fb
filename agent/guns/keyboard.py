"""A gun as a keyboard (the way most are delivered), grabbed so that its codes are typed nowhere else.

Keys are read with the layout `us`, which is what guns type unless they were set up otherwise; under another layout
some characters come out as others, so set the gun to USB COM or to the US keyboard. Chinese comes only as Alt and a
number on the keypad, each number a byte (or two, in GBK), where the gun is set up to send it so.

Key numbers: Linux, include/uapi/linux/input-event-codes.h.
"""

from agent.guns.family import Family
from agent.guns.texts import Scanned, TextCounts, Texts
from agent.wire.events import EVENT, open_events

EV_SYN, EV_KEY = 0, 1
SYN_DROPPED = 3
RELEASED, PRESSED = 0, 1
SHIFTS, CONTROLS, ALTS = {42, 54}, {29, 97}, {56, 100}
CAPS_LOCK = 58

# (first key number, unshifted, shifted)
ROWS = (
    (2, "1234567890-=", "!@#$%^&*()_+"),
    (15, "\t", "\t"),
    (16, "qwertyuiop[]\r", "QWERTYUIOP{}\r"),
    (30, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
    (55, "*", "*"),
    (57, " ", " "),
    (71, "789-456+1230.", "789-456+1230."),
    (86, "\\", "|"),
    (96, "\r", "\r"),
    (98, "/", "/"),
    (117, "=", "="),
    (121, ",", ","),
)
PLAIN = {first + n: character for first, row, _ in ROWS for n, character in enumerate(row)}
SHIFTED = {first + n: character for first, _, row in ROWS for n, character in enumerate(row)}
KEYPAD = {key: PLAIN[key] for key in (71, 72, 73, 75, 76, 77, 79, 80, 81, 82)}


class Keys:
    """Events in, texts out. Key numbers that type nothing are passed over; a repeated key is typed once."""

    def __init__(self) -> None:
        self._texts = Texts()
        self._held: set[int] = set()
        self._capitals = False
        self._number = ""

    @property
    def counts(self) -> TextCounts:
        """Of the texts."""
        return self._texts.counts

    def reset(self) -> None:
        """The keyboard was opened anew: nothing is held down, and no event of before is kept by the kernel."""
        self._texts.reset()
        self._texts.settle()
        self._held.clear()
        self._capitals = False
        self._number = ""

    def feed(self, data: bytes) -> list[Scanned]:
        """The texts that these events complete; what is no whole event at the end is passed over."""
        whole = len(data) - len(data) % EVENT.size
        found: list[Scanned] = []
        for _, _, kind, key, value in EVENT.iter_unpack(data[:whole]):
            if kind == EV_SYN and key == SYN_DROPPED:
                # The kernel's queue ran over: what follows belongs to a text whose middle is missing.
                self._texts.reset()
                self._held.clear()
            elif kind == EV_KEY:
                found += self._texts.feed(self._key(key, value))
        return found

    def settle(self) -> list[Scanned]:
        """The text without an end, if the gun types none."""
        return self._texts.settle()

    def _key(self, key: int, value: int) -> bytes:
        """What one key types, as bytes."""
        if value == RELEASED:
            self._held.discard(key)
            return self._typed_number() if key in ALTS else b""
        if value != PRESSED:
            return b""
        self._held.add(key)
        if key == CAPS_LOCK:
            self._capitals = not self._capitals
            return b""
        if self._held & ALTS:
            self._number += KEYPAD.get(key, "")
            return b""
        character = (SHIFTED if self._held & SHIFTS else PLAIN).get(key, "")
        if self._capitals and character.isalpha():
            character = character.swapcase()
        if self._held & CONTROLS and character:
            # Ctrl and ] is the group separator of GS1 codes, Ctrl and M the end.
            character = chr(ord(character.upper()) & 0x1F) if "@" <= character.upper() <= "_" else ""
        return character.encode("ascii")

    def _typed_number(self) -> bytes:
        """The bytes of a number typed while Alt was held."""
        number, self._number = self._number, ""
        if not number or int(number) > 0xFFFF:
            return b""
        value = int(number)
        return bytes([value]) if value < 0x100 else value.to_bytes(2, "big")


FAMILY = Family(name="keyboard", open=open_events, make_reader=Keys)
