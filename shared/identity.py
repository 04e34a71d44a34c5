"""Who acts: short-lived tokens signed by the calling service, checked by the one that is called."""

import time
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from shared.errors import Forbidden, Unauthenticated

ROLES = (
    "citizen",
    "frontdesk",
    "caseworker",
    "business_consultant",
    "team_leader",
    "operations",
    "service",
)
# Least rights: only the gateway speaks for people, and the operator's command for staff; a service for itself.
SPEAKS_AS = {"gateway": ROLES, "jobvej": tuple(role for role in ROLES if role != "citizen")}
_ALGORITHM = "Ed25519"
_LEEWAY_SECONDS = 5
_REMEMBERED_TOKENS = 2_000


@dataclass(frozen=True, slots=True)
class Caller:
    """The one behind a request: through which service, in which role, about whom, and why."""

    service: str
    role: str
    purpose: str
    actor_id: UUID | None = None
    citizen_id: UUID | None = None

    @property
    def is_staff(self) -> bool:
        return self.role not in ("citizen", "service")

    def must_be_about(self, citizen_id: UUID) -> None:
        """Refuse a citizen who asks about somebody else. Raises Forbidden."""
        if self.role == "citizen" and self.citizen_id != citizen_id:
            raise Forbidden


def new_key(key_id: str) -> dict[str, Any]:
    """Make a private Ed25519 key as a JWK dictionary with the given key id."""
    return dict(OKPKey.generate_key("Ed25519", {"kid": key_id}).as_dict(private=True))


def public_part(private_jwk: dict[str, Any]) -> dict[str, Any]:
    """Return the public half of a private JWK, the only half others may hold."""
    return {name: value for name, value in private_jwk.items() if name != "d"}


class TokenIssuer:
    """Signs tokens in the name of one service."""

    def __init__(self, private_jwk: dict[str, Any], service: str) -> None:
        self._key = OKPKey.import_key(private_jwk)
        self._service = service

    def token(
        self,
        *,
        audience: str,
        role: str,
        purpose: str,
        actor_id: UUID | None = None,
        citizen_id: UUID | None = None,
        seconds: int = 60,
    ) -> str:
        """Sign a token for one called service (`audience`), valid for `seconds`."""
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self._service,
            "aud": audience,
            "iat": now,
            "exp": now + seconds,
            "role": role,
            "purpose": purpose,
        }
        if actor_id is not None:
            claims["sub"] = str(actor_id)
        if citizen_id is not None:
            claims["citizen"] = str(citizen_id)
        return jwt.encode({"alg": _ALGORITHM, "kid": self._service}, claims, self._key, algorithms=[_ALGORITHM])


class TokenVerifier:
    """Checks the tokens that reach one service. A token once checked is remembered until it ends."""

    def __init__(self, trusted: dict[str, dict[str, Any]], audience: str) -> None:
        self._keys = {caller: OKPKey.import_key(key) for caller, key in trusted.items()}
        self._audience = audience
        self._remembered: dict[str, tuple[float, Caller]] = {}

    def caller(self, token: str) -> Caller:
        """Return who signed and acts. Raises Unauthenticated for anything but a valid, living token."""
        known = self._remembered.get(token)
        if known is not None and known[0] > time.time():
            return known[1]
        ends, caller = self._check(token)
        if len(self._remembered) >= _REMEMBERED_TOKENS:
            self._remembered.clear()
        self._remembered[token] = (ends, caller)
        return caller

    def _check(self, token: str) -> tuple[float, Caller]:
        try:
            claims = self._decode(token)
            ends = float(claims["exp"])
            may_speak_as = SPEAKS_AS.get(claims["iss"], ("service",))
            alive = ends > time.time() - _LEEWAY_SECONDS
            if claims["aud"] != self._audience or claims["role"] not in may_speak_as or not alive:
                raise Unauthenticated
            return ends, Caller(
                service=str(claims["iss"]),
                role=str(claims["role"]),
                purpose=str(claims["purpose"]),
                actor_id=_uuid(claims.get("sub")),
                citizen_id=_uuid(claims.get("citizen")),
            )
        except (JoseError, KeyError, ValueError, TypeError, AttributeError) as error:
            raise Unauthenticated from error

    def _decode(self, token: str) -> dict[str, Any]:
        """Check the signature with the key of the caller that the token names."""
        decoded = jwt.decode(token, self._key_of, algorithms=[_ALGORITHM])
        if decoded.claims["iss"] != decoded.header["kid"]:
            raise Unauthenticated
        return dict(decoded.claims)

    def _key_of(self, unverified: Any) -> OKPKey:
        return self._keys[unverified.headers()["kid"]]


def _uuid(value: Any) -> UUID | None:
    return None if value is None else UUID(str(value))


async def caller(request: Request) -> Caller:  # async: a plain function would cost a thread per request
    """Return the caller of this request. Raises Unauthenticated without a valid bearer token."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated
    verifier: TokenVerifier = request.app.state.verifier
    return verifier.caller(token)


Who = Annotated[Caller, Depends(caller)]


def allow(*roles: str) -> Any:
    """Make the dependency that lets only these roles through a route. Raises Forbidden for others."""
    unknown = set(roles) - set(ROLES)
    if unknown:
        raise ValueError(f"no such role: {', '.join(sorted(unknown))}")

    async def check(who: Who) -> None:
        if who.role not in roles:
            raise Forbidden

    check.__dict__["allowed_roles"] = roles
    return Depends(check)
