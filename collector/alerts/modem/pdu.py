"""Text messages as a modem takes them in PDU mode: SMS-SUBMIT in UCS2, in parts where one is not enough. Pure.

    00 | FF | 00 | NN TT DD … | 00 | 08 | A7 | LL | 05 00 03 RR AA PP | text
    00           the service centre that the SIM card knows (3GPP TS 27.005, 4.3)
    FF           11: SMS-SUBMIT, validity relative; 51: the same, and a header before the text (TS 23.040, 9.2.2.2)
    00           the reference, which the modem sets
    NN TT DD …   digits of the number, 91 where it begins with + and 81 where not, two digits a byte, the first one low,
                 F at the end of an odd number (9.1.2.5)
    00 08        plain; UCS2 (TS 23.038, 4)
    A7           24 h (TS 23.040, 9.2.3.12.1): the office tries no longer, either
    LL           bytes that follow
    05 00 03 RR AA PP   of several parts: a reference, how many there are, which one this is (9.2.3.24.1)

Always UCS2: what the office says is Chinese. Characters beyond it go as two units of UTF-16, which phones read.
"""

import re

MOST_BYTES = 140
"""Of a message's text with its header (TS 23.040, 9.2.3.16)."""
HEADER = bytes([0x05, 0x00, 0x03])
MOST_PARTS = 3
"""Each is paid for; a phone shows them as one message of up to 201 characters."""
MOST_UNITS = 201
"""Of UTF-16. A character of two units that would lie across the end of a part leaves one unit of it empty."""
END = "…"
"""Where a text had to be cut."""
NUMBER = re.compile(r"\+?\d{3,20}")


def number(said: str) -> str | None:
    """A telephone number as the network takes it, without the blanks and dashes that people write; None: it is none."""
    bare = re.sub(r"[ -]", "", said)
    return bare if NUMBER.fullmatch(bare) and bare.isascii() else None


def fitting(text: str, link: str) -> str:
    """The text and the whole link behind it, in as many characters as the parts hold; … where some had to go."""
    tail = f"\n{link}" if link else ""
    wide = any(character > "\uffff" for character in text + tail)
    room = MOST_UNITS - (MOST_PARTS - 1) * wide - len(_ucs2(tail)) // 2
    if len(_ucs2(text)) // 2 <= room:
        return text + tail
    while len(_ucs2(text + END)) // 2 > room:
        text = text[:-1]
    return text + END + tail


def submits(to: str, text: str, reference: int) -> list[str]:
    """The parts of a text as hexadecimal PDUs, at most `MOST_PARTS`; what does not fit ends with ….

    Args:
        to: a `number`.
        text: what is said.
        reference: 0…255, the same at every repetition, so that a phone joins parts of two tries.
    """
    parts = _parts(text)
    if len(parts) == 1:
        return [_submit(0x11, to, parts[0])]
    return [
        _submit(0x51, to, HEADER + bytes([reference, len(parts), at]) + part) for at, part in enumerate(parts, start=1)
    ]


def octets(pdu: str) -> int:
    """What `AT+CMGS=` is told: bytes of a PDU, the service centre's not counted (TS 27.005, 4.3)."""
    return len(pdu) // 2 - 1


def _submit(first: int, to: str, user: bytes) -> str:
    digits = to.removeprefix("+")
    kind = 0x91 if to.startswith("+") else 0x81
    whole = digits + "F" * (len(digits) % 2)
    swapped = "".join(whole[at + 1] + whole[at] for at in range(0, len(whole), 2))
    head = bytes([0x00, first, 0x00, len(digits), kind]).hex() + swapped
    return (head + bytes([0x00, 0x08, 0xA7, len(user)]).hex() + user.hex()).upper()


def _parts(text: str) -> list[bytes]:
    whole = _ucs2(text)
    if len(whole) <= MOST_BYTES:
        return [whole]
    room = MOST_BYTES - len(HEADER) - 3
    parts = [b""]
    for character in text:
        units = _ucs2(character)
        if len(parts[-1]) + len(units) > room:
            if len(parts) == MOST_PARTS:
                parts[-1] = _cut(parts[-1], room)
                break
            parts.append(b"")
        parts[-1] += units
    return parts


def _cut(part: bytes, room: int) -> bytes:
    kept = part.decode("utf-16-be")
    while len(_ucs2(kept + END)) > room:
        kept = kept[:-1]
    return _ucs2(kept + END)


def _ucs2(text: str) -> bytes:
    return text.encode("utf-16-be", "replace")
