"""What a laptop has instead of a server room: a real Redis of its own, as a child process."""
