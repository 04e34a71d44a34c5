"""`jobvej dead list|show|replay|drop`: messages that a service set aside, with their reason; contents are masked."""

from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from deploy.command.reach import NotReached, Reach, console, running

app = typer.Typer(help="Messages that could not be handled: list, show, replay, drop.", no_args_is_help=True)
Id = Annotated[str, typer.Argument(help="The id, or how it begins.")]


@app.command("list")
def listing(resolved: Annotated[bool, typer.Option(help="Those that are done with, too.")] = False) -> None:
    """List the dead letters of every service."""
    found, silent = _all(running(), resolved=resolved)
    for sentence in silent:
        console.print(f"[red]✗[/] {escape(sentence)}")
    if found:
        console.print(_table(found))
    elif not silent:
        console.print("No dead letters.")
    raise typer.Exit(1 if silent else 0)


def _table(found: list[dict[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in ("id", "service", "type", "reason", "state", "tries", "first seen", "parked behind"):
        table.add_column(title)
    for letter in found:
        table.add_row(
            letter["dead_letter_id"],
            letter["service"],
            escape(letter["type"] or "–"),
            escape(letter["reason"]),
            letter["state"],
            str(letter["attempts"]),
            letter["first_seen"][:19],
            str(letter["parked"]),
        )
    return table


@app.command()
def show(letter: Id) -> None:
    """Show one dead letter, its contents masked."""
    reach = running()
    service, found = _find(reach, letter)
    console.print(f"[bold]{service}[/]")
    console.print_json(data=_ask(reach, service, "GET", f"/ops/dead-letters/{found}"))


@app.command()
def replay(letter: Id) -> None:
    """Hand a dead letter to its subscriber again, and after it what waits behind it."""
    reach = running()
    service, found = _find(reach, letter)
    _ask(reach, service, "POST", f"/ops/dead-letters/{found}/replay")
    console.print(f"[green]✓[/] {service} handles {found} again; `jobvej dead list` shows what came of it.")


@app.command()
def drop(letter: Id, reason: Annotated[str, typer.Option(help="Why it is given up; kept with it.")]) -> None:
    """Give a dead letter up; what was parked behind it goes on."""
    reach = running()
    service, found = _find(reach, letter)
    _ask(reach, service, "POST", f"/ops/dead-letters/{found}/drop", {"reason": reason})
    console.print(f"[green]✓[/] {service} has given {found} up: {escape(reason)}")


def _all(reach: Reach, *, resolved: bool) -> tuple[list[dict[str, Any]], list[str]]:
    """Every service's dead letters, oldest first, and what is to be said of services that do not answer."""
    everywhere = [reach.ops_everywhere("/ops/dead-letters")]
    if resolved:
        everywhere.append(reach.ops_everywhere("/ops/dead-letters?resolved=true"))
    letters: dict[str, dict[str, Any]] = {}
    silent: set[str] = set()
    for service, told in (pair for answers in everywhere for pair in answers.items()):
        if isinstance(told, str):
            silent.add(told)
            continue
        letters.update({letter["dead_letter_id"]: {**letter, "service": service} for letter in told})
    return sorted(letters.values(), key=lambda letter: str(letter["first_seen"])), sorted(silent)


def _find(reach: Reach, begins: str) -> tuple[str, str]:
    letters, _ = _all(reach, resolved=True)
    found = [one for one in letters if str(one["dead_letter_id"]).startswith(begins)]
    if len(found) != 1:
        told = "No" if not found else "More than one"
        console.print(f"{told} dead letter has an id that begins with {escape(begins)}.")
        raise typer.Exit(1)
    return found[0]["service"], found[0]["dead_letter_id"]


def _ask(reach: Reach, service: str, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    try:
        return reach.ops(service, method, path, body)
    except NotReached as error:
        console.print(f"[red]✗[/] {escape(str(error))}")
        raise typer.Exit(1) from None
