"""How the gate proves the broker, and itself to the broker."""

import ssl

from agent.settings import Broker

NO_CHECK_TIME = 0x200000
"""OpenSSL's X509_V_FLAG_NO_CHECK_TIME (x509_vfy.h): chain and names are checked, the dates are not."""


def context(broker: Broker, *, clock_right: bool) -> ssl.SSLContext:
    """What a TLS connection to the broker is made with.

    A Raspberry Pi that starts in 1970 would find every certificate not yet valid and never hear the time. While the
    clock is not known to be right, the dates of the site's own authority's certificates are not looked at; who is on
    the other side is checked all the same, and the broker goes by its own clock. With the system's authorities
    (no `ca_file`) dates are always checked.

    Args:
        broker: where to, with which files.
        clock_right: whether this machine's clock is synchronised.

    Raises:
        OSError: a file cannot be read, or holds no key or certificate (ssl.SSLError).
    """
    made = ssl.create_default_context(cafile=broker.ca_file)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    if broker.certificate_file is not None:
        made.load_cert_chain(broker.certificate_file, broker.key_file)
    if broker.ca_file is not None and not clock_right:
        made.verify_flags = ssl.VerifyFlags(made.verify_flags | NO_CHECK_TIME)
    return made
