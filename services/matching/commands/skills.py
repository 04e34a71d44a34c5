"""`jobvej skills`: spans of adverts that name a skill, sorted into ESCO's groups."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Skills: classify spans into ESCO's groups.", no_args_is_help=True)


@app.callback()
def skills() -> None:
    """Skills: classify spans into ESCO's groups."""


@app.command("classify")
def classify(
    train: Annotated[list[str], typer.Option(help="[language=]FILE of span <TAB> group; repeatable")],
    spans: Annotated[
        Path, typer.Option("--in", exists=True, dir_okay=False, help="a span per line; more columns are not read")
    ],
    out: Annotated[Path, typer.Option(dir_okay=False, help="span <TAB> group, a line per span")],
    more: Annotated[list[str] | None, typer.Argument(metavar="[FILE]...", help="further training files")] = None,
    model: Annotated[
        Path | None, typer.Option(dir_okay=False, help="of `link train`; the shipped vocabulary's when not said")
    ] = None,
    language: Annotated[str | None, typer.Option(help="of the spans, two letters; guessed when not said")] = None,
) -> None:
    """Say for each span which group of ESCO's second level it belongs to."""
    from services.matching.commands import skill_spans

    skill_spans.classify([*train, *(more or [])], spans, out, model, language)
