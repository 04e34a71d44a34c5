"""Every query of booking. Nothing here commits, and nothing here decides."""
