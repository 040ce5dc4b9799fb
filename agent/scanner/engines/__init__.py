"""One file an engine, found by its name."""
