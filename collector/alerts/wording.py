"""A message in as many characters or bytes as a service takes. Pure."""

from collector.alerts.message import Message


def plain(message: Message, most_bytes: int) -> str:
    """What happened, then what to do; nobody's name or number. At most `most_bytes` of UTF-8."""
    return cut(f"{message.text}\n{message.what_to_do}", most_bytes)


def title_and_rest(message: Message, most: int) -> tuple[str, str]:
    """What happened, in at most so many characters, and what to do; what was cut off comes before it in full."""
    if len(message.text) <= most:
        return message.text, message.what_to_do
    return f"{message.text[: most - 1]}…", f"{message.text}\n{message.what_to_do}"


def cut(text: str, most_bytes: int) -> str:
    """The text in at most `most_bytes` of UTF-8, with … where characters had to go."""
    raw = text.encode()
    if len(raw) <= most_bytes:
        return text
    return raw[: most_bytes - len("…".encode())].decode(errors="ignore") + "…"
