"""Pass cards on paper: who gets one, which are good, and the sheets to print."""
