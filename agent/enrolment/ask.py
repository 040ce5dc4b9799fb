"""The two calls to the office's enrolment service, over TLS that believes only the authority whose digest is pinned."""

import hashlib
import http.client
import ssl
from urllib.parse import urlsplit

import msgspec

from agent.uplink.tls import NO_CHECK_TIME
from kadian.errors import KadianError
from kadian.invitation import CA_PATH, ENROL_PATH, Invitation, Plea, Welcome

SECONDS = 10.0
MOST_BYTES = 65_536


def authority(invitation: Invitation) -> str:
    """The certificate (PEM) of the office's authority, checked against the invitation's digest.

    Raises:
        KadianError: K0511 the office cannot be reached, K0512 whoever answers is not the office of this invitation.
    """
    unproven = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    unproven.check_hostname = False
    unproven.verify_mode = ssl.CERT_NONE  # nothing secret goes over this call; what comes is proven by its digest
    status, body = _call(invitation, unproven, "GET", CA_PATH)
    try:
        der = ssl.PEM_cert_to_DER_cert(body.decode("ascii"))
    except ValueError:
        der = b""
    if status != http.HTTPStatus.OK or hashlib.sha256(der).digest() != invitation.pin:
        raise KadianError("K0512", invitation.address)
    # Never what came, whatever may stand behind the certificate in it: only what the digest is of.
    return ssl.DER_cert_to_PEM_cert(der)


def welcome(invitation: Invitation, pem: str, csr: str) -> Welcome:
    """Changes the token and a signing request for a certificate.

    Raises:
        KadianError: K0511 the office cannot be reached, K0512 another machine answers, K0513 the office refuses, with
            its reason, K0514 its answer cannot be understood.
    """
    proven = ssl.create_default_context(cadata=pem)
    # A new gate's clock may stand in 1970; the authority is proven by its digest, the token by its 15 minutes.
    proven.verify_flags = ssl.VerifyFlags(proven.verify_flags | NO_CHECK_TIME)
    plea = msgspec.json.encode(Plea(invitation.token.hex(), csr))
    status, body = _call(invitation, proven, "POST", ENROL_PATH, plea)
    if status != http.HTTPStatus.OK:
        raise KadianError("K0513", invitation.address, reason=_detail(body) or str(status))
    try:
        return msgspec.json.decode(body, type=Welcome)
    except msgspec.MsgspecError as error:
        raise KadianError("K0514", invitation.address, reason=str(error)) from error


def _call(
    invitation: Invitation, context: ssl.SSLContext, method: str, path: str, body: bytes | None = None
) -> tuple[int, bytes]:
    parts = urlsplit(f"https://{invitation.address}")
    try:
        connection = http.client.HTTPSConnection(
            parts.hostname or "", parts.port or 443, timeout=SECONDS, context=context
        )
        try:
            connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
            answer = connection.getresponse()
            return answer.status, answer.read(MOST_BYTES)
        finally:
            connection.close()
    except ssl.SSLCertVerificationError as error:
        raise KadianError("K0512", invitation.address) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise KadianError("K0511", invitation.address, reason=str(error)) from error


def _detail(body: bytes) -> str:
    try:
        return str(msgspec.json.decode(body, type=dict[str, object]).get("detail", ""))
    except msgspec.MsgspecError:
        return ""
