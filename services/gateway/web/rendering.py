"""Pages out of templates: what every template knows, and where the static files are."""

import hashlib
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2_fragments import render_block
from starlette.requests import Request
from starlette.responses import HTMLResponse

from services.gateway.settings import GatewaySettings
from services.gateway.web import i18n
from services.gateway.web.forms import Faults
from services.gateway.web.guard import TOKEN_FIELD
from services.gateway.web.navigation import links_for
from services.gateway.web.visit import visit_of
from shared.clock import Clock

HERE = Path(__file__).parents[1]
STATIC = HERE / "static"


class Renderer:
    """Renders templates in the language of the request."""

    def __init__(self, settings: GatewaySettings, clock: Clock) -> None:
        self.settings, self.clock = settings, clock
        self.static_prefix = f"/static/{static_version()}"
        self.environment = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
        )
        self.environment.policies["ext.i18n.trimmed"] = True
        add_texts = self.environment.install_gettext_callables  # type: ignore[attr-defined]  # added by the extension
        add_texts(i18n.gettext, i18n.ngettext, newstyle=True)
        self.environment.filters |= {
            "day": i18n.day_name,
            "clock": i18n.clock_time,
            "hour": i18n.hour,
            "stamp": i18n.stamp,
        }
        self.environment.filters |= {"start_time": i18n.start_time, "phone": shown_phone}
        self.environment.globals |= {
            "static": lambda path: f"{self.static_prefix}/{path}",
            "authority": settings.authority_name,
            "help_phone": settings.authority_phone,
            "languages": i18n.LANGUAGES,
            "TOKEN_FIELD": TOKEN_FIELD,
        }

    def html(self, request: Request, template: str, block: str | None, context: dict[str, Any]) -> str:
        """Render a template, or one block of it, for a request."""
        visit = visit_of(request)
        left = visit.left(self.clock.now(), self.settings)
        flash = visit.data.get("flash")
        visit.drop("flash")
        known = {
            "visit": visit,
            "role": request.scope.get("acting_role"),
            "nonce": request.scope["nonce"],
            "path": request.url.path,
            "language": i18n.current_language(),
            "navigation": links_for(visit.roles),
            "faults": Faults(),
            "seconds_left": int(left.total_seconds()),
            "flash": i18n.gettext(flash) if flash else None,
        }
        if block is not None:
            return render_block(self.environment, template, block, **(known | context))
        return self.environment.get_template(template).render(known | context)


def page(
    request: Request, template: str, *, status: int = 200, block: str | None = None, **context: Any
) -> HTMLResponse:
    """Answer with a page; with `block`, a request by htmx gets that block of the template alone."""
    renderer: Renderer = request.app.state.renderer
    part = block if "HX-Request" in request.headers else None
    return HTMLResponse(renderer.html(request, template, part, context), status)


def shown_phone(number: str) -> str:
    """Write a Danish number in pairs ("70 10 20 30"); leave others as they are."""
    digits = number.removeprefix("+45")
    if len(digits) == 8 and digits.isdigit():
        return " ".join(digits[at : at + 2] for at in range(0, 8, 2))
    return number


def static_version() -> str:
    """Name the present static files: the address changes when any of them does, so browsers may keep them for ever."""
    digest = hashlib.sha256()
    for path in sorted(path for path in STATIC.rglob("*") if path.is_file()):
        digest.update(str(path.relative_to(STATIC)).encode() + path.read_bytes())
    return digest.hexdigest()[:12]
