"""How good the screening is, against baselines in the same run, and floors it may not fall below."""
