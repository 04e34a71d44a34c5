"""`jobvej match rank`: all CVs for each opening, best first, with reasons where they are asked for."""

import sys
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import TextIO

import typer

from services.matching.commands import vocabulary
from services.matching.commands.lines import Progress, written
from services.matching.commands.ranking import AsOf, Row, of_records, of_texts
from services.matching.commands.rows import read_cvs, read_openings
from services.matching.kernel.rules import NoRules, rules_numbered, rules_on
from shared.clock import COPENHAGEN, SystemClock


def as_of(number: int | None, on: str | None) -> AsOf:
    """Rules by number, or those of the day; the day is today when none is named. Exit code 2 when there are none."""
    try:
        day = date.fromisoformat(on) if on else SystemClock().now().astimezone(COPENHAGEN).date()
        return AsOf(rules_on(day) if number is None else rules_numbered(number), day)
    except (ValueError, NoRules) as fault:
        print(fault, file=sys.stderr)
        raise typer.Exit(2) from None


def rank(openings: Path, cvs: Path, out: Path, reasons: Path | None, depth: int | None, when: AsOf) -> None:
    """Read both files, rank, write `out` and, where named, `reasons`. Exit code 1 when nothing is usable."""
    asked, people = read_openings(openings), read_cvs(cvs)
    if not asked or not people:
        print("nothing to rank", file=sys.stderr)
        raise typer.Exit(1)
    model = vocabulary.linker()
    progress = Progress("openings ranked", len(asked))
    ranked = (
        of_texts(asked.texts, people.texts, model, when, depth, explain=reasons is not None)
        if asked.written and people.written
        else of_records(asked, people, model, when, depth, explain=reasons is not None)
    )
    with written(out) as file, written(reasons) if reasons else nullcontext() as told:
        for opening, rows in ranked:
            for row in rows:
                _write(opening, row, file, told)
            progress.step()


def _write(opening: str, row: Row, file: TextIO, told: TextIO | None) -> None:
    file.write(f"{opening}\t{row.cv}\t{row.score:.9f}\n")
    if told is not None and row.reasons is not None:
        told.write(row.reasons.decode() + "\n")
