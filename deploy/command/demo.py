"""`jobvej demo`: the whole platform on this machine, in the foreground, until Ctrl-C."""

import asyncio

import typer
from rich.console import Console


def demo() -> None:
    """Start everything: PostgreSQL, Kafka, services, pages, demo people. Ctrl-C stops it."""
    from deploy.embedded.launch import run
    from deploy.embedded.place import AlreadyRunning, Place

    console = Console(soft_wrap=True)
    try:
        code = asyncio.run(run(Place.of_checkout(), console))
    except AlreadyRunning as error:
        console.print(f"Jobvej runs here already ({error}). `jobvej status` tells how; `jobvej stop` ends it.")
        code = 1
    raise typer.Exit(code)
