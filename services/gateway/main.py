"""Assembles the gateway: the only place where its parts are built and joined."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import httpx2
from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.staticfiles import StaticFiles
from starlette.types import Scope
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from services.gateway.clients import Services
from services.gateway.clients.operations import Watch
from services.gateway.clients.people import Directory
from services.gateway.live.broadcaster import Broadcaster
from services.gateway.live.listener import Listener
from services.gateway.live.stream import Live
from services.gateway.pages import ROUTERS
from services.gateway.permissions import check_complete
from services.gateway.settings import GatewaySettings
from services.gateway.web.guard import guard
from services.gateway.web.language import Language
from services.gateway.web.oidc import Identity
from services.gateway.web.problems import add_handlers
from services.gateway.web.rendering import STATIC, Renderer
from services.gateway.web.security import Security
from services.gateway.web.throttle import Throttle
from services.gateway.web.visit import Visits
from shared.clock import Clock, SystemClock
from shared.database import Database, migrate
from shared.http import TRACES_ONLY, Measured, health_router
from shared.process import serve
from shared.settings import load

MAX_FORM_BYTES = 2_000_000


def create_app(
    settings: GatewaySettings, *, clock: Clock | None = None, transport: httpx2.AsyncBaseTransport | None = None
) -> FastAPI:
    """Build the gateway. `transport` stands in for the services in tests. Raises RuntimeError for undeclared routes."""
    clock = clock or SystemClock()
    database = Database(settings.database_url, pool_size=settings.pool_size, name="gateway")
    services = Services(settings, transport)
    broadcaster = Broadcaster()
    live = Live(database, broadcaster, Listener(database, settings.kafka_bootstrap, clock, broadcaster))
    watch = Watch(settings.ops_targets, clock, transport)

    @asynccontextmanager
    async def living(_app: FastAPI) -> AsyncIterator[None]:
        async with live.listening():
            yield
        await watch.close()
        await services.close()
        await database.close()

    app = FastAPI(
        title="gateway",
        lifespan=living,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        max_body_size=MAX_FORM_BYTES,
        telemetry=TRACES_ONLY,
        dependencies=[Depends(guard)],
        middleware=[
            Middleware(Measured),
            Middleware(ProxyHeadersMiddleware, trusted_hosts=settings.trusted_proxies),
            Middleware(Language),
            Middleware(Security, settings=settings),
            Middleware(Visits, settings=settings, database=database, clock=clock),
        ],
    )
    app.state.settings, app.state.clock, app.state.database, app.state.services = settings, clock, database, services
    app.state.directory, app.state.live, app.state.watch = Directory(services, clock), live, watch
    app.state.identity, app.state.throttle = Identity(settings), Throttle()
    app.state.renderer = Renderer(settings, clock)
    routers = [health_router([database.reachable], live.alive), *ROUTERS]
    check_complete(route.name for router in routers for route in router.routes)  # type: ignore[attr-defined]  # every route has a name
    for router in routers:
        _answer_head(router.routes)
        app.include_router(router)
    app.mount(app.state.renderer.static_prefix, GZipMiddleware(_Unchanging(directory=STATIC), minimum_size=500))
    add_handlers(app)
    return app


def _answer_head(routes: Iterable[BaseRoute]) -> None:
    """Answer HEAD like GET, as link checkers and monitors ask; the server leaves out the body. A stream never ends."""
    for route in routes:
        if (
            isinstance(route, APIRoute)
            and route.methods
            and "GET" in route.methods
            and not route.name.endswith(".live")
        ):
            route.methods.add("HEAD")


class _Unchanging(StaticFiles):
    """Static files whose address names their version: they may be kept for ever."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = await super().get_response(path, scope)
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return answer


def run_api() -> None:
    """Serve the pages until told to stop."""
    settings = load(GatewaySettings)
    serve(create_app(settings), "gateway", settings)


def run_migrations() -> None:
    """Bring the gateway's database to the newest shape."""
    migrate(load(GatewaySettings).database_url, "services.gateway:migrations")
