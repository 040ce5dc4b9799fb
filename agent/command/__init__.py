"""The gate's verbs of the `kadian` command."""
