"""What notifications does: plan what should be told, send it, sweep up what was lost, and let it be looked at."""
