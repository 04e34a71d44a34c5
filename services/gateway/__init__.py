"""The doors for people: web pages, login and live updates. Holds no domain state."""
