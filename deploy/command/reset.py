"""`jobvej reset`: throws the demo's data away, so that the next start begins anew. Downloads stay."""

import shutil
from typing import Annotated

import typer

from deploy.command.reach import console
from deploy.command.stop import stop
from deploy.embedded import leftovers
from deploy.embedded.place import Place


def reset(yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Delete everything the demo has kept in .data: people, meetings, messages, keys, logs."""
    place = Place.of_checkout()
    if not place.data.exists():
        console.print("There is nothing to reset.")
        return
    size = sum(path.stat().st_size for path in place.data.rglob("*") if path.is_file()) / 1_000_000
    also = "stops Jobvej and " if place.is_held() else ""
    console.print(f"This {also}deletes {place.data} ({size:.0f} MB): people, meetings, messages, keys, logs.")
    if not yes and not typer.confirm("Go on?"):
        raise typer.Exit(1)
    if place.is_held():
        stop()
    leftovers.clear(place)
    shutil.rmtree(place.data)
    console.print("[green]✓[/] Done. `make demo` begins anew.")
