"""`jobvej match`: rank CVs for openings, print what may be known of them, plan who is sent where."""

import json
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Openings and CVs: rank with reasons, schema, plan.", no_args_is_help=True)
File = Annotated[Path, typer.Option(exists=True, dir_okay=False, readable=True)]


@app.command("rank")
def rank(
    openings: File,
    cvs: File,
    out: Annotated[Path, typer.Option(dir_okay=False, help="opening id <TAB> cv id <TAB> score, best first")],
    explain: Annotated[Path | None, typer.Option(dir_okay=False, help="reasons of every row, as JSON lines")] = None,
    depth: Annotated[int | None, typer.Option(min=1, help="rows per opening; all CVs when not said")] = None,
    rules: Annotated[int | None, typer.Option(help="number of the rules; those of --on when not said")] = None,
    on: Annotated[str | None, typer.Option(help="the day to rank as of, like 2026-11-30; today when not said")] = None,
) -> None:
    """Rank all CVs for each opening: free texts {"id", "language", "text"} or records (see `schema`)."""
    from services.matching.commands import rank as use

    use.rank(openings, cvs, out, explain, depth, use.as_of(rules, on))


@app.command("schema")
def schema() -> None:
    """Print the JSON Schema of one line of openings.jsonl and cvs.jsonl."""
    from services.matching.kernel.records import schema as of_records

    print(json.dumps(of_records(), ensure_ascii=False, indent=2))


@app.command("plan")
def plan(
    pairs: File,
    out: Annotated[Path, typer.Option(dir_okay=False, help="opening <TAB> person <TAB> score")],
    per_opening: Annotated[int, typer.Option(min=1, help="people for one opening, at most")] = 10,
    per_person: Annotated[int, typer.Option(min=1, help="openings for one person, at most")] = 2,
) -> None:
    """Choose pairs so that the sum of scores is greatest and nobody is over a cap."""
    from services.matching.commands import plan as use

    use.plan(pairs, per_opening, per_person, out)
