"""Alibaba Cloud's signature, version 3 (ACS3-HMAC-SHA256), of a POST without a body.

Source: help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature, with a worked example of fixed
values, which the tests hold. The service refuses a date more than 15 minutes from its own.
"""

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import quote

import msgspec

ALGORITHM = "ACS3-HMAC-SHA256"


class Call(msgspec.Struct, frozen=True):
    """One operation. `date`: UTC, `2023-10-26T10:22:32Z`; `nonce`: another one for each try."""

    host: str
    path: str
    action: str
    version: str
    date: str
    nonce: str


def query(parameters: Mapping[str, str]) -> str:
    """The parameters as they stand in the URL and in the signature: sorted, percent-encoded after RFC 3986."""
    return "&".join(f"{quote(name, safe='~')}={quote(parameters[name], safe='~')}" for name in sorted(parameters))


def headers(call: Call, asked: str, key_id: str, key: str) -> dict[str, str]:
    """All headers of the call with the query `asked`, `Authorization` among them."""
    signed = {
        "host": call.host,
        "x-acs-action": call.action,
        "x-acs-content-sha256": hashlib.sha256(b"").hexdigest(),
        "x-acs-date": call.date,
        "x-acs-signature-nonce": call.nonce,
        "x-acs-version": call.version,
    }
    names = ";".join(signed)
    lines = "".join(f"{name}:{value}\n" for name, value in signed.items())
    request = "\n".join(("POST", call.path, asked, lines, names, signed["x-acs-content-sha256"]))
    text = f"{ALGORITHM}\n{hashlib.sha256(request.encode()).hexdigest()}"
    signature = hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()
    return {**signed, "authorization": f"{ALGORITHM} Credential={key_id},SignedHeaders={names},Signature={signature}"}
