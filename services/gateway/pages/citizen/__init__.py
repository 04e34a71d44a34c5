"""Pages for citizens about themselves. All of them work without JavaScript."""
