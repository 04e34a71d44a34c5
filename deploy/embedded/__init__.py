"""One machine, no containers: the same engines as production, started as child processes with data under .data/."""
