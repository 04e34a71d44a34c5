"""Which ports are free on 127.0.0.1. Asked once per start; what was found is written down in .data for the others."""

import socket

HOST = "127.0.0.1"
RANGE = 200


def is_free(port: int) -> bool:
    """Can a server listen there now?"""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def next_free(wished: int, taken: set[int] | None = None) -> int:
    """The first free port at or above `wished` that is not in `taken`; raises OSError when 200 in a row are busy."""
    for port in range(wished, wished + RANGE):
        if port not in (taken or ()) and is_free(port):
            return port
    raise OSError(f"No free port between {wished} and {wished + RANGE}.")


def any_free() -> int:
    """A port the operating system picks: for tests, where nobody types the address."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
