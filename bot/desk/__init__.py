"""The web desk of staff: one folder of pages behind one door."""
