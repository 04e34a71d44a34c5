"""`jobvej stop`: ends a platform that was started elsewhere, in order, and waits until it has ended."""

import contextlib
import os
import signal
import time

import typer
from rich.console import Console

from deploy.embedded.place import Place, read_json

LONGEST_SECONDS = 15


def stop() -> None:
    """Stop the platform of this checkout."""
    place, console = Place.of_checkout(), Console()
    if not place.is_held():
        console.print("Jobvej does not run here.")
        return
    launcher = read_json(place.processes_file).get("launcher", {}).get("pid")
    if launcher is None:
        console.print("Jobvej is just starting; try again in a moment.")
        raise typer.Exit(1)
    began = time.monotonic()
    with contextlib.suppress(ProcessLookupError):
        os.kill(int(launcher), signal.SIGTERM)
    while place.is_held():
        if time.monotonic() - began > LONGEST_SECONDS:
            console.print(f"[red]✗[/] The launcher (process {launcher}) has not ended after {LONGEST_SECONDS} s.")
            raise typer.Exit(1)
        time.sleep(0.05)
    console.print(f"[green]✓[/] Stopped in {time.monotonic() - began:.1f} s.")
