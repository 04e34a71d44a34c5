"""The HTTP edge of a service: one request = one transaction; every refusal is a problem document."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from time import perf_counter
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse
from fastapi.telemetry import TelemetryConfig
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest
from sqlalchemy.exc import DBAPIError, InterfaceError, TimeoutError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.clock import Clock
from shared.database import Database, Session
from shared.errors import Invalid, Kind, Refused
from shared.identity import TokenVerifier
from shared.telemetry import get_logger, trace_id

STATUS = {
    Kind.INVALID: 422,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.GONE: 410,
    Kind.UNAVAILABLE: 503,
}
MAX_BODY_BYTES = 5_000_000
# Logs and metrics have their own place (shared.telemetry, /metrics); spans of every step cost more than they tell.
TRACES_ONLY: TelemetryConfig = {"metrics": False, "logs": False, "operation_spans": False, "auto_configure": False}
_UNAVAILABLE = "Tjenesten kan ikke svare lige nu. Prøv igen om lidt."
_PASSING = (InterfaceError, TimeoutError, ConnectionError, OSError)
ReadyCheck = Callable[[], Awaitable[bool]]
log = get_logger(__name__)

_seconds = Histogram(
    "jobvej_http_request_seconds",
    "Time from the request's head to the answer's end",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
_refused = Counter("jobvej_http_refused_total", "Requests that a rule refused", ["slug"])


def create_api(
    title: str,
    *,
    database: Database,
    clock: Clock,
    verifier: TokenVerifier,
    routers: Sequence[APIRouter],
    ready: Sequence[ReadyCheck] = (),
    lifespan: Callable[[FastAPI], Any] | None = None,
    documented: bool = True,
) -> FastAPI:
    """Build a service's API with problem documents, health, metrics and traces; close the database at the end."""

    @asynccontextmanager
    async def living(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(database.close)
            if lifespan is not None:
                await stack.enter_async_context(lifespan(app))
            yield

    app = FastAPI(
        title=title,
        lifespan=living,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json" if documented else None,
        max_body_size=MAX_BODY_BYTES,
        telemetry=TRACES_ONLY,
    )
    app.state.database, app.state.clock, app.state.verifier = database, clock, verifier
    for router in routers:
        app.include_router(router)
    app.include_router(health_router([database.reachable, *ready]))
    add_problem_handlers(app)
    app.add_middleware(Measured)
    return app


async def transaction(request: Request) -> AsyncIterator[Session]:
    """Open the one transaction of this request; it is committed before the answer leaves."""
    database: Database = request.app.state.database
    async with database.transaction() as session:
        session.memo["clock"] = request.app.state.clock  # what is said in this transaction carries its time
        yield session


async def clock(request: Request) -> Clock:  # async: a plain function would cost a thread per request
    """Return the clock that `main.create_app` was given."""
    found: Clock = request.app.state.clock
    return found


# scope="function": the commit happens before the answer is sent, so that a yes is never said of what was not kept.
Tx = Annotated[Session, Depends(transaction, scope="function")]
Now = Annotated[Clock, Depends(clock)]


def health_router(ready: Sequence[ReadyCheck], alive: Callable[[], bool] = lambda: True) -> APIRouter:
    """Make /livez (is this process sound?), /readyz (can it work now?) and /metrics (Prometheus)."""
    router = APIRouter(include_in_schema=False)

    @router.get("/livez")
    async def livez() -> PlainTextResponse:
        return PlainTextResponse("ok" if alive() else "stuck", 200 if alive() else 503)

    @router.get("/readyz")
    async def readyz() -> PlainTextResponse:
        for check in ready:
            if not await check():
                return PlainTextResponse("not ready", 503)
        return PlainTextResponse("ok")

    @router.get("/metrics")
    async def metrics() -> PlainTextResponse:
        return PlainTextResponse(generate_latest().decode(), media_type=CONTENT_TYPE_LATEST)

    return router


def problem(status: int, slug: str, detail: str, **members: Any) -> JSONResponse:
    """Make a problem document (RFC 9457): `type` names the reason, `detail` is the sentence for a person."""
    body = {"type": f"urn:jobvej:{slug}", "title": slug, "status": status, "detail": detail, **members}
    return JSONResponse(body, status, media_type="application/problem+json")


def add_problem_handlers(app: FastAPI) -> None:
    """Answer every refusal and fault with a problem document."""
    app.add_exception_handler(Refused, _on_refused)
    app.add_exception_handler(RequestValidationError, _on_unreadable)
    app.add_exception_handler(HTTPException, _on_http)
    for passing in _PASSING:
        app.add_exception_handler(passing, _on_unavailable)
    app.add_exception_handler(DBAPIError, _on_database)
    app.add_exception_handler(Exception, _on_fault)


async def _on_refused(_request: Request, error: Any) -> JSONResponse:
    _refused.labels(error.slug).inc()
    return problem(STATUS[error.kind], error.slug, error.message, **error.details)


async def _on_unreadable(_request: Request, error: Any) -> JSONResponse:
    """Say which fields are wrong. The values themselves are not repeated: they may be personal."""
    faults = [{"field": ".".join(str(p) for p in e["loc"]), "why": e["msg"], "code": e["type"]} for e in error.errors()]
    return problem(422, Invalid.slug, Invalid.message, errors=faults)


async def _on_http(_request: Request, error: Any) -> JSONResponse:
    answer = problem(error.status_code, "http", str(error.detail))
    answer.headers.update(error.headers or {})
    return answer


async def _on_unavailable(request: Request, error: Any) -> JSONResponse:
    log.warning("request failed for a passing reason", path=request.scope.get("path"), fault=type(error).__name__)
    answer = problem(503, "unavailable", _UNAVAILABLE, trace_id=trace_id())
    answer.headers["Retry-After"] = "2"
    return answer


async def _on_database(request: Request, error: Any) -> JSONResponse:
    """A lost connection passes; text that PostgreSQL cannot hold (a zero byte) is the caller's fault; else ours."""
    code = getattr(error.orig, "sqlstate", None)
    if error.connection_invalidated or code is None or code[:2] in ("08", "53", "57"):
        return await _on_unavailable(request, error)
    if code in ("22021", "22P05"):
        return problem(422, Invalid.slug, Invalid.message)
    return await _on_fault(request, error)


async def _on_fault(request: Request, error: Any) -> JSONResponse:
    log.error("request failed", path=request.scope.get("path"), exc_info=error)
    return problem(500, "fault", "Noget gik galt hos os. Det er ikke din fejl.", trace_id=trace_id())


class Measured:
    """Times every request by its route's template, so that ids never become labels."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status, started = 500, perf_counter()

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watched)
        finally:
            route = getattr(scope.get("route"), "path", "unmatched")
            _seconds.labels(scope["method"], route, str(status)).observe(perf_counter() - started)
