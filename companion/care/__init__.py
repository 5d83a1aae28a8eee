"""What a student does for themselves, day by day: moods, exercises, journal, scales, plan."""
