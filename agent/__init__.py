"""One gate: thermometer, scanner, screening, outbox and uplink."""
