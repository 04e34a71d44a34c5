"""Timelines across services: dated inputs, a moved clock, the expected events, and nothing else."""
