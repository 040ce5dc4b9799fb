"""Key lists as their publishers hand them out, read into what a gate needs of them."""

from kadian.trust.certificates import certificates_in, dcc_key
from kadian.trust.jwks import shc_keys

__all__ = ["certificates_in", "dcc_key", "shc_keys"]
