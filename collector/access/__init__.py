"""Who may: the office's authority, the gates it has let in, the key that the register is sealed to."""
