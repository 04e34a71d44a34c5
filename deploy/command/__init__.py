"""The `jobvej` command: one file per verb."""
