"""How long the roll-ups are, in milliseconds. A day is named by its usual length."""

MINUTE_MS = 60_000
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
