"""A GSM modem on a serial port: its bytes, its text messages, its port. Knows nothing of incidents."""
