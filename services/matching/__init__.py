"""Which job and which person: openings, CVs, and why they fit."""
