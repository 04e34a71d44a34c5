"""Released versions; never edited."""
