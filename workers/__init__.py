"""The Celery processes: unpack ids, call one flow, nothing else."""
