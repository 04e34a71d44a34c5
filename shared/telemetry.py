"""Logs, traces and metrics of every process. Nothing personal may leave through any of them."""

import logging
import re
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from os import environ
from typing import Any

import structlog
from opentelemetry import context as otel_context
from opentelemetry import propagate, trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from prometheus_client import Info

from shared import __version__

# Ids come first: ten digits inside a trace id, a span id or a UUID are no CPR number, and logs are searched by them.
_ID = r"(?P<id>\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b(?=\d*[a-f])(?:[0-9a-f]{16}|[0-9a-f]{32})\b)"
_CPR = re.compile(_ID + r"|(?<!\d)\d{6}[- ]?\d{4}(?!\d)")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
# PostgreSQL repeats values, even whole rows, in an error's DETAIL, asyncpg one it cannot send; exceptions quote them.
_DETAIL = re.compile(r"(?<=DETAIL:)[^\n]*|(?<=invalid input for query argument)[^\n]*")
_build = Info("jobvej_build", "What runs in this process")
tracer = trace.get_tracer("jobvej")


def get_logger(name: str) -> Any:
    """Return a structured logger: `log.info("booking confirmed", booking=booking_id)`."""
    return structlog.get_logger(name)


def configure(service: str, kind: str, level: str = "INFO") -> None:
    """Set up logs (JSON lines on standard output) and traces for this process.

    Traces are sent on only when OTEL_EXPORTER_OTLP_ENDPOINT says where to.
    """
    _build.info({"service": service, "process": kind, "version": __version__})
    _configure_tracing(service, kind)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _add_trace,
            structlog.processors.format_exc_info,
            without_personal_data,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.format_exc_info,
                without_personal_data,
            ],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _rendered],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for noise in ("uvicorn.access", "httpx2"):  # each request is measured and traced; its address is noise
        logging.getLogger(noise).setLevel(logging.WARNING)
    structlog.contextvars.bind_contextvars(service=service, process=kind)


def without_personal_data(_logger: Any, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Mask what looks like a CPR number or a mail address in any text of a log entry."""
    for name, value in entry.items():
        if isinstance(value, str):
            entry[name] = masked(value)
    return entry


def masked(text: str) -> str:
    """Return the text with CPR numbers, mail addresses and the values in a database's complaint replaced by a mark."""
    return _MAIL.sub("[mail]", _CPR.sub(lambda found: found["id"] or "[cpr]", _DETAIL.sub(" [detail]", text)))


def carrier() -> dict[str, str]:
    """Return the trace context of this moment as headers (W3C `traceparent`), to go with an event or a call."""
    headers: dict[str, str] = {}
    propagate.inject(headers)
    return headers


@contextmanager
def attached(headers: Mapping[str, str], name: str) -> Iterator[None]:
    """Continue the trace that `headers` carry: what happens in the block is a span `name` of it."""
    token = otel_context.attach(propagate.extract(dict(headers)))
    try:
        with tracer.start_as_current_span(name):
            yield
    finally:
        otel_context.detach(token)


def trace_id() -> str:
    """Return the present trace id as 32 hexadecimal digits, or an empty text outside any trace."""
    span = trace.get_current_span().get_span_context()
    return format(span.trace_id, "032x") if span.is_valid else ""


def _configure_tracing(service: str, kind: str) -> None:
    provider = TracerProvider(resource=Resource.create({"service.name": service, "jobvej.process": kind}))
    if environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"):
        # Imported here: the exporter is heavy, and most processes of a small installation send no traces.
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)


def _add_trace(_logger: Any, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if found := trace_id():
        entry["trace_id"] = found
    return entry


def _rendered(_logger: Any, _method: str, entry: MutableMapping[str, Any]) -> str:
    """Pass on what structlog rendered already; render what the standard library's loggers said."""
    event = entry.get("event", "")
    if isinstance(event, str) and event.startswith("{") and event.endswith("}"):
        return event
    return str(structlog.processors.JSONRenderer()(_logger, _method, dict(entry)))
