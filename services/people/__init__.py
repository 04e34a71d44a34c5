"""people: who is who. The only home of CPR numbers and of contact data."""
