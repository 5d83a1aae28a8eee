"""`nuanyu staff`: accounts, the roster and the audit log, for whoever runs the machine."""
