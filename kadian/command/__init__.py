"""The `kadian` command."""
