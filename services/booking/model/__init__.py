"""What the booking service decides: pure rules and types. Time comes as an argument; a no is a `Refused`."""
