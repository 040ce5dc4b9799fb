"""The shapes of answers: what a row of the ledger looks like outside."""
