"""Login by OpenID Connect: code flow with PKCE and nonce. Which claim means what is said by the settings.

What the issuer tells (a CPR number above all) is used once, to find the person, and then forgotten: it is written
neither to the session nor to a URL. That is also why logging out sends the client id and no id token.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.starlette_client import OAuth
from joserfc.errors import JoseError
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.settings import GatewaySettings

_PASSING = (httpx2.HTTPError, OSError)


class IssuerDown(Exception):
    """The issuer does not answer; the person may try again."""


class LoginFailed(Exception):
    """The issuer said no, or what it said cannot be trusted."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What the issuer vouches for."""

    cpr: str | None
    login: str | None
    roles: tuple[str, ...] | None  # None: the issuer says nothing about roles


class Identity:
    """The OpenID Connect client of this gateway."""

    def __init__(self, settings: GatewaySettings) -> None:
        self.settings = settings
        registry = OAuth()
        self._client: Any = registry.register(
            "issuer",
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret.get_secret_value(),
            server_metadata_url=settings.oidc_issuer.rstrip("/") + "/.well-known/openid-configuration",
            client_kwargs={"scope": settings.oidc_scope, "code_challenge_method": "S256", "timeout": 10},
        )

    async def leave_for_issuer(self, request: Request) -> Response:
        """Send the browser to the issuer. Raises IssuerDown."""
        try:
            answer: Response = await self._client.authorize_redirect(
                request, f"{self.settings.public_url}/log-ind/svar"
            )
        except _PASSING as error:
            raise IssuerDown from error
        return answer

    async def claims(self, request: Request) -> Claims:
        """Read what the issuer says about the person who comes back. Raises IssuerDown, LoginFailed."""
        try:
            token = await self._client.authorize_access_token(request)
            told: dict[str, Any] = dict(token.get("userinfo") or {})
            if self.settings.oidc_cpr_claim not in told and self.settings.oidc_login_claim not in told:
                told |= dict(await self._client.userinfo(token=token))
        except _PASSING as error:
            raise IssuerDown from error
        except (AuthlibBaseError, JoseError, ValueError, KeyError, TypeError) as error:
            raise LoginFailed(type(error).__name__) from error
        return self._read(told)

    def _read(self, told: dict[str, Any]) -> Claims:
        for name, accepted in self.settings.oidc_required_claims.items():
            if told.get(name) not in accepted:
                raise LoginFailed(f"claim {name}")
        said = told.get(self.settings.oidc_roles_claim)
        roles: tuple[str, ...] | None = None
        if said is not None:
            named = [said] if isinstance(said, str) else [str(role) for role in said]
            mapping = self.settings.role_mapping
            roles = tuple(dict.fromkeys(mapping[role] for role in named if role in mapping))
        cpr, login = told.get(self.settings.oidc_cpr_claim), told.get(self.settings.oidc_login_claim)
        return Claims(cpr=str(cpr) if cpr else None, login=str(login) if login else None, roles=roles)

    async def logout_url(self) -> str | None:
        """Return where the issuer ends its own session, or None when it has no such place or is down."""
        try:
            metadata = await self._client.load_server_metadata()
        except _PASSING:
            return None
        ends = metadata.get("end_session_endpoint")
        if not ends:
            return None
        back = {
            "client_id": self.settings.oidc_client_id,
            "post_logout_redirect_uri": f"{self.settings.public_url}/logget-af",
        }
        return f"{ends}?{urlencode(back)}"
