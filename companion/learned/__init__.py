"""What was learned from data: small models, read from files and run on numpy alone."""
