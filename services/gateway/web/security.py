"""What every answer carries to keep people safe: a strict content policy, no storing, no framing, no foreign forms."""

import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.gateway.settings import GatewaySettings
from shared.telemetry import get_logger

_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
log = get_logger(__name__)


class Security:
    """Middleware: refuses changes that another site asks for, and sets the headers of every answer."""

    def __init__(self, app: ASGIApp, *, settings: GatewaySettings) -> None:
        self.app, self.settings = app, settings
        self.fixed = _fixed_headers(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(16)
        scope["nonce"] = nonce
        static = scope["path"].startswith("/static/")

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.fixed.items():
                    headers[name] = value
                headers["Content-Security-Policy"] = content_policy(nonce, self.settings.issuer_origin)
                if not static:
                    headers["Cache-Control"] = "no-store"
                    headers["Vary"] = "Cookie, HX-Request"
            await send(message)

        if scope["method"] not in _SAFE_METHODS and not self.is_own(Headers(scope=scope)):
            log.warning("a change asked for by another site was refused")
            await PlainTextResponse("Forespørgslen kom ikke fra vores egne sider.", 403)(scope, receive, guarded)
            return
        if scope["path"] == "/metrics" and "x-forwarded-for" in Headers(scope=scope):
            await PlainTextResponse("", 404)(scope, receive, guarded)  # figures are for the inside of the house
            return
        await self.app(scope, receive, guarded)

    def is_own(self, headers: Headers) -> bool:
        """Say whether a change comes from our own pages (Fetch Metadata; older browsers: Origin; neither: no)."""
        site = headers.get("sec-fetch-site")
        if site is not None:
            return site in ("same-origin", "none")
        return headers.get("origin") == self.settings.public_url


def content_policy(nonce: str, issuer_origin: str) -> str:
    """Return the content policy of one answer. Forms may lead to us, and on to the issuer when logging out."""
    return (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        f"connect-src 'self'; form-action 'self' {issuer_origin}; base-uri 'none'; frame-ancestors 'none'"
    )


def _fixed_headers(settings: GatewaySettings) -> dict[str, str]:
    headers = {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "X-Robots-Tag": "noindex, nofollow",
    }
    if settings.secure:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return headers
