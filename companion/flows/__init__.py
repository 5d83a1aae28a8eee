"""What Nuanyu does: one verb per file. Each may run twice (law 7)."""
