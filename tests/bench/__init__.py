"""How fast it is, measured: each module writes its numbers to .bench/<name>.json (`make bench`)."""
