"""How the database of notifications came to its shape, step by step."""
