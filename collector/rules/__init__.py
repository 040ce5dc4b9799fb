"""When a phone rings: one file a rule, pure functions of screenings. `listing.rules` finds them by their names."""
