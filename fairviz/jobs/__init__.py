"""Training in the background: a queue, worker threads, and what to do with work a dead process left."""
