"""Pages that help a citizen who is here or on the phone: find, book, move, cancel, exempt, correct contact data."""
