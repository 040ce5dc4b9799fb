"""Which requests the gate's screen answers at all. Pure: header values in, yes or no out."""

from collections.abc import Collection
from email.message import Message
from http.cookies import CookieError, SimpleCookie
from ipaddress import ip_address
from urllib.parse import urlsplit

from kadian.settings.urls import is_loopback

Headers = Message
COOKIE = "kadian-screen"
THROUGH_A_PROXY = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")


def is_near(peer: str, headers: Headers) -> bool:
    """Whether the request comes from this computer's own screen: from loopback, to loopback, through no proxy."""
    return (
        is_loopback(peer)
        and is_loopback(host_of(headers.get("Host", "")))
        and not any(name in headers for name in THROUGH_A_PROXY)
    )


def host_of(header: str) -> str:
    """The host of a Host header, without its port; empty when it is not one."""
    try:
        parts = urlsplit(f"//{header}")
        _ = parts.port
    except ValueError:
        return ""
    return "" if parts.path or parts.query or parts.fragment or parts.username is not None else parts.hostname or ""


def is_ours(header: str, names: Collection[str]) -> bool:
    """Whether a Host header names this machine: by an address, as localhost, or by one of its `names`.

    A page of another site that has its own name resolved to this gate (DNS rebinding) sends that name, and no page can
    make a browser send an address that is not in the address line.
    """
    host = host_of(header)
    if is_loopback(host) or host in names:
        return True
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def is_same_origin(headers: Headers, *, secure: bool) -> bool:
    """Whether a request that changes something comes from our own page."""
    scheme = "https" if secure else "http"
    return headers.get("Origin", "") == f"{scheme}://{headers.get('Host', '')}" and not is_foreign(headers)


def is_foreign(headers: Headers) -> bool:
    """Whether the browser says that another site asks."""
    return headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none")


def token_of(headers: Headers) -> str:
    """The session's token, empty without one."""
    try:
        morsel = SimpleCookie(headers.get("Cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return morsel.value if morsel else ""


def cookie(token: str, seconds: int, *, secure: bool) -> str:
    """The header that hands a token to the browser and to no script."""
    return f"{COOKIE}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{'; Secure' if secure else ''}"
