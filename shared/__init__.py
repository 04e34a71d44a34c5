"""What every service shares: the machinery exists once, here. Never imports a service."""

# The one place of the version: an image has no installed package to ask (pyproject.toml must agree, a test looks).
__version__ = "0.1.0"
