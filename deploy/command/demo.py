"""`jobvej demo`: the whole platform on this machine, in the foreground, until Ctrl-C."""

import os
import sys


def demo() -> None:
    """Start everything: PostgreSQL, Kafka, services, pages, demo people. Ctrl-C stops it."""
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "deploy.embedded"])  # noqa: S606  # no shell is the point
