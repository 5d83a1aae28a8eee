"""How good the screening is, beside baselines, and the floors that it may not fall below."""
