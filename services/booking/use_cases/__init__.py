"""What booking does: one file per command, each one transaction that the door opened and will commit."""
