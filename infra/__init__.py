"""The outside world: settings, store, vault, queue, model, redaction, senders, logs."""
