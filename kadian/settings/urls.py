from urllib.parse import urlsplit


def is_url(text: str, schemes: tuple[str, ...]) -> bool:
    """Whether `text` is scheme://host[:port] with one of the schemes."""
    try:
        parts = urlsplit(text)
        return parts.scheme in schemes and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
