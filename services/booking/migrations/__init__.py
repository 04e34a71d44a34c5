"""How the shape of booking’s memory came to be."""
