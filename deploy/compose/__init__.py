"""The platform in containers on one machine: an example to read, and the images tried together."""
