"""What people remembers: every query, one file per subject. Nothing here commits."""
