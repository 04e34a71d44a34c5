"""Pages for everybody, also before a login."""
