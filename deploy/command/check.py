"""`jobvej check`: walks the main story over HTTP as the people in it would, and says how long each step took."""

import time
from collections.abc import Callable

import httpx2
import typer
from rich.markup import escape

from deploy.command.reach import NotReached, console, running
from deploy.command.story import Story
from deploy.command.visitor import StoryBroken


def check() -> None:
    """Log in, book, wait for the mail, see it on the caseworker's day, read the reminder, move, cancel."""
    reach = running()
    began = time.monotonic()
    try:
        story = Story(reach)
    except httpx2.HTTPError as error:
        console.print(f"[red]✗[/] The mailbox does not answer ({type(error).__name__}); `jobvej status` tells more.")
        raise typer.Exit(1) from None
    with story:
        for title, step in story.steps():
            if not _walk(title, step):
                raise typer.Exit(1)
    console.print(f"\nThe main story works, in {time.monotonic() - began:.1f} s.")


def _walk(title: str, step: Callable[[], str]) -> bool:
    began = time.monotonic()
    try:
        note = step()
    except (StoryBroken, NotReached, httpx2.HTTPError) as error:
        reason = str(error) or type(error).__name__
        console.print(f"[red]✗[/] {title:<48} [dim]{time.monotonic() - began:5.2f} s[/]\n  {escape(reason)}")
        return False
    console.print(f"[green]✓[/] {title:<48} [dim]{time.monotonic() - began:5.2f} s  {escape(note)}[/]")
    return True
