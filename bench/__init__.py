"""Measurements: every figure beside a yardstick of the same run. `make bench`."""
