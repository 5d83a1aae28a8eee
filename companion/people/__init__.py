"""Who talks: students, their consents and how they are reached."""
