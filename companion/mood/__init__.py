"""How a student says they feel: check-ins, the picture of them, what changes, the weekly letter."""
