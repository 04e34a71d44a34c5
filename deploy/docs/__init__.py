"""The documents that the code itself can write: who says what to whom, the map, and every setting."""
