"""Tencent Cloud's signature, version 3 (TC3-HMAC-SHA256), of a POST of JSON.

Source: cloud.tencent.com/document/api/213/30654, with a worked example, which the tests hold. The service refuses a
time more than 5 minutes from its own.
"""

import hashlib
import hmac
from datetime import UTC, datetime

import msgspec

ALGORITHM = "TC3-HMAC-SHA256"
JSON = "application/json; charset=utf-8"


class Call(msgspec.Struct, frozen=True):
    """One operation. `service`: the first word of the service's own host; `seconds`: since 1970."""

    host: str
    path: str
    service: str
    action: str
    version: str
    seconds: int


def headers(call: Call, body: bytes, key_id: str, key: str, region: str = "") -> dict[str, str]:
    """All headers of the call, `Authorization` among them. `region`: sent unsigned where the service wants one."""
    signed = {"content-type": JSON, "host": call.host, "x-tc-action": call.action.lower()}
    names = ";".join(signed)
    lines = "".join(f"{name}:{value}\n" for name, value in signed.items())
    request = "\n".join(("POST", call.path, "", lines, names, hashlib.sha256(body).hexdigest()))
    day = datetime.fromtimestamp(call.seconds, UTC).strftime("%Y-%m-%d")
    scope = f"{day}/{call.service}/tc3_request"
    text = "\n".join((ALGORITHM, str(call.seconds), scope, hashlib.sha256(request.encode()).hexdigest()))
    step = f"TC3{key}".encode()
    for part in (day, call.service, "tc3_request", text):
        step = hmac.new(step, part.encode(), hashlib.sha256).digest()
    return {
        "Content-Type": JSON,
        "Host": call.host,
        "X-TC-Action": call.action,
        "X-TC-Version": call.version,
        "X-TC-Timestamp": str(call.seconds),
        **({"X-TC-Region": region} if region else {}),
        "Authorization": f"{ALGORITHM} Credential={key_id}/{scope}, SignedHeaders={names}, Signature={step.hex()}",
    }
