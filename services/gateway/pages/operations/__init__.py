"""Pages of those who keep it running: how everything is, and what was set aside. Read-only."""
