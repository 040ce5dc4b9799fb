"""What a person reads: one catalogue a language, `zh.json` and `en.json`."""

from kadian.text.catalogue import catalogue, say

__all__ = ["catalogue", "say"]
