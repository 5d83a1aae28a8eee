"""BERT-type encoders: tuned, distilled, exported and served (docs/encoder.md)."""
