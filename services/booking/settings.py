"""How booking is configured: what every service needs, and nothing more."""

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Limits and rules are rows with dates (`rule`), not settings."""
