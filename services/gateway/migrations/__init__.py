"""How the gateway's memory got its shape."""
