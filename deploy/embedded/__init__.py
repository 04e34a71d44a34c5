"""One machine, no containers: the real engines as child processes."""
