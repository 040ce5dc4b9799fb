"""A bad morning, lived through in seconds with the office's own rules, people and limits: what would ring, and when."""
