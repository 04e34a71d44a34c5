"""What the demo's stand-ins for the outside world share: where they listen, and a page's frame."""

import os
from html import escape

import uvicorn
from fastapi import FastAPI

from shared.telemetry import configure

STYLE = """
body{font:17px/1.5 system-ui,sans-serif;margin:0;color:#1a1a1a;background:#f5f6f7}
header{background:#1f2a44;color:#fff;padding:1rem 1.5rem}header a{color:#fff}
main{max-width:56rem;margin:1.5rem auto;padding:0 1.5rem}
h1{font-size:1.6rem;margin:0}h2{font-size:1.2rem;margin-top:2rem}
a{color:#004da6}table{border-collapse:collapse;width:100%;background:#fff}
h1,td,pre{overflow-wrap:anywhere}
th,td{text-align:left;padding:.5rem .7rem;border-bottom:1px solid #d5d8dc;vertical-align:top}
iframe{width:100%;height:36rem;border:1px solid #d5d8dc;background:#fff}
pre{white-space:pre-wrap;background:#fff;border:1px solid #d5d8dc;padding:1rem}
.quiet{color:#595f68}
"""


def page(title: str, body: str, lead: str = "") -> str:
    """A plain Danish page; `body` is HTML that the caller has escaped."""
    return (
        f'<!doctype html><html lang="da"><head><meta charset="utf-8"><title>{escape(title)} – demo</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{STYLE}</style></head><body><header><h1>{escape(title)}</h1><div>{escape(lead)}</div></header>"
        f"<main>{body}</main></body></html>"
    )


def serve(app: FastAPI) -> uvicorn.Server:
    """A server for `app` on JOBVEJ_HOST and JOBVEJ_PORT. Raises KeyError when these are missing."""
    host, port = os.environ["JOBVEJ_HOST"], int(os.environ["JOBVEJ_PORT"])
    configure("demo", app.title, "WARNING")
    return uvicorn.Server(
        uvicorn.Config(app, host=host, port=port, log_config=None, access_log=False, server_header=False)
    )


def healthy(app: FastAPI) -> FastAPI:
    """Adds the health pages every process of the platform has."""

    @app.get("/livez")
    @app.get("/readyz")
    async def alive() -> str:
        return "ok"

    return app
