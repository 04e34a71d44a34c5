"""How the gateway is configured: whom it asks, who vouches for people's identity, and how long a login lasts."""

from datetime import timedelta
from ipaddress import ip_network
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from shared.settings import Jwk, ServiceSettings


class GatewaySettings(ServiceSettings):
    """Everything the gateway needs from its environment (`JOBVEJ_…`)."""

    people_url: str = Field(description="address of the people service")
    booking_url: str = Field(description="address of the booking service")
    notifications_url: str = Field(description="address of the notifications service")
    signing_key: Jwk = Field(description="JSON: own private key (JWK, Ed25519), signs every call to a service")
    public_url: str = Field(description="the address people use, without a slash at the end")
    oidc_issuer: str = Field(description="OpenID Connect issuer that vouches for people")
    oidc_client_id: str = Field(description="what the issuer calls us")
    oidc_client_secret: SecretStr = Field(description="what proves to the issuer that it is us")
    oidc_scope: str = Field("openid profile", description="what is asked for, e.g. 'openid mitid ssn'")
    oidc_cpr_claim: str = Field("cpr", description="claim with a citizen's CPR number")
    oidc_login_claim: str = Field("preferred_username", description="claim with a member of staff's login")
    oidc_roles_claim: str = Field("roles", description="claim with a member of staff's roles")
    oidc_required_claims: dict[str, list[str]] = Field(
        {}, description='JSON: claim -> accepted values, e.g. {"loa": ["substantial", "high"]}'
    )
    role_mapping: dict[str, str] = Field({}, description="JSON: the issuer's role -> ours")
    authority_name: str = Field(description="e.g. Nordby Kommune")
    authority_phone: str = Field(description="number that helps, e.g. +4570102030")
    mail_domain: str = Field(
        min_length=1, description="domain of meetings' identifiers in calendars; the same as notifications'"
    )
    trusted_proxies: str = Field(
        "", description="reverse proxies believed about whom they ask for: addresses and networks, e.g. 10.0.0.0/8,::1"
    )
    ops_targets: dict[str, str] = Field({}, description="JSON: process -> its health address, for the operations page")
    demo_mailbox_url: str | None = Field(None, description="where demo mails and SMS can be read")
    session_idle_minutes: Annotated[int, Field(ge=10, le=240)] = Field(30, description="rest before a login ends")
    session_absolute_hours: Annotated[int, Field(ge=1, le=24)] = Field(8, description="longest life of a login")

    @field_validator("trusted_proxies")
    @classmethod
    def _addresses(cls, given: str) -> str:
        """Refuse what is no address or network; `*` is none: it would let everybody say who they are."""
        for one in filter(None, given.split(",")):
            ip_network(one.strip())
        return given

    @property
    def secure(self) -> bool:
        """Whether people reach us by https."""
        return self.public_url.startswith("https://")

    @property
    def issuer_origin(self) -> str:
        """The issuer's scheme, host and port: the only other place a form may lead to."""
        parts = urlsplit(self.oidc_issuer)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def idle_limit(self) -> timedelta:
        return timedelta(minutes=self.session_idle_minutes)

    @property
    def absolute_limit(self) -> timedelta:
        return timedelta(hours=self.session_absolute_hours)

    def demo_values(self) -> list[str]:
        """Name the settings that production refuses: demo keys and secrets, and addresses without https."""
        found = super().demo_values()
        if str(self.signing_key.get("kid", "")).startswith("demo-"):
            found.append("signing_key")
        if self.oidc_client_secret.get_secret_value().startswith("demo-"):
            found.append("oidc_client_secret")
        for name in ("oidc_issuer", "public_url"):
            parts = urlsplit(getattr(self, name))
            if parts.scheme != "https" or parts.hostname in ("localhost", "127.0.0.1", "::1"):
                found.append(name)
        if self.demo_mailbox_url is not None:
            found.append("demo_mailbox_url")
        return found
