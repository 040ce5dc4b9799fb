"""The language both sides of kadian speak: messages, topics, settings and the `kadian` command."""

__version__ = "0.1.0"
