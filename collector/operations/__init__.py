"""What the office does besides receiving: one folder a task."""
