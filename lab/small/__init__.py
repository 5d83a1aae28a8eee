"""Training of the small models that ship: readers, n-grams, calibration."""
