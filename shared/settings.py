"""How every process is configured: from the environment alone, with no default for a secret."""

import sys
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "JOBVEJ_"
Jwk = dict[str, Any]


class ServiceSettings(BaseSettings):
    """What every service needs; each service adds its own in `services/<name>/settings.py`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True)

    environment: Literal["production", "demo", "test"] = Field(description="production refuses everything demo")
    database_url: str = Field(description="postgresql://user:password@host:port/database of this service")
    kafka_bootstrap: str = Field(description="host:port[,host:port] of the Kafka brokers")
    host: str = Field("127.0.0.1", description="address this process listens on")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(description="port of the API, or of a worker's health pages")
    trusted_callers: dict[str, Jwk] = Field({}, description="JSON: caller -> its public key (JWK, Ed25519)")
    pool_size: Annotated[int, Field(ge=1, le=100)] = Field(8, description="database connections per process")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="least level that is logged")

    def demo_values(self) -> list[str]:
        """Name the settings that hold demo values: none of them may reach production.

        Subclasses extend the list with their own keys and addresses.
        """
        return [
            f"trusted_callers[{caller}]"
            for caller, key in self.trusted_callers.items()
            if str(key.get("kid", "")).startswith("demo-")
        ]


S = TypeVar("S", bound=BaseSettings)


def load(cls: type[S]) -> S:
    """Read the settings from the environment.

    Raises SystemExit(2) after printing one sentence per setting that is missing or wrong, by its variable's name;
    also when the environment says production and a setting holds a demo value.
    """
    try:
        settings = cls()
    except ValidationError as error:
        for fault in error.errors():
            name = PREFIX + "_".join(str(part) for part in fault["loc"][:1]).upper()
            said = "is missing" if fault["type"] == "missing" else f"is wrong: {fault['msg']}"
            print(f"The setting {name} {said}.", file=sys.stderr)
        raise SystemExit(2) from None
    if isinstance(settings, ServiceSettings) and settings.environment == "production":
        refused = settings.demo_values()
        for name in refused:
            print(f"The setting {PREFIX}{name.upper()} holds a demo value; production refuses it.", file=sys.stderr)
        if refused:
            raise SystemExit(2)
    return settings
