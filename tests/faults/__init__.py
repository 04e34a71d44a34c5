"""Processes and servers killed under load, and what must hold afterwards, counted."""
