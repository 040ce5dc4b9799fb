"""A message in as many characters or bytes as a service takes. Pure."""

from collector.alerts.message import Message


def plain(message: Message, most_bytes: int) -> str:
    """What happened, what to do, the link; nobody's name or number. At most `most_bytes` of UTF-8, the link whole."""
    return cut(f"{message.text}\n{message.what_to_do}", most_bytes, message.link)


def title_and_rest(message: Message, most: int) -> tuple[str, str]:
    """What happened, in at most so many characters, and what to do; what was cut off comes before it in full."""
    if len(message.text) <= most:
        return message.text, message.what_to_do
    return f"{message.text[: most - 1]}…", f"{message.text}\n{message.what_to_do}"


def cut(text: str, most_bytes: int, link: str = "") -> str:
    """The text and the whole link in at most `most_bytes` of UTF-8, with … where characters had to go."""
    tail = f"\n{link}" if link else ""
    raw, room = text.encode(), most_bytes - len(tail.encode())
    if len(raw) <= room:
        return text + tail
    return raw[: room - len("…".encode())].decode(errors="ignore") + "…" + tail
