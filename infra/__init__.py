"""The outside world: settings, store, vault, queue, model, redaction, senders, pager, logs, metrics."""
