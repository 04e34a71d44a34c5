"""An import file as people send it: any common encoding, separator and heading. Reads lines, judges nobody."""

import csv
import io
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.people.model.registration import REQUIRED, Problem
from shared.errors import Kind, Refused

MAX_ROWS = 10_000
_SEPARATORS = ";,\t|"
_HEADINGS = {
    "cpr": ("cpr", "cpr-nummer", "cprnummer", "cprnr", "cpr-nr", "cpr nr", "personnummer"),
    "name": ("navn", "name", "fulde navn", "borger"),
    "contact_group": ("kontaktgruppe", "contact_group", "gruppe"),
    "registered_on": ("tilmeldt", "tilmeldingsdato", "registreringsdato", "registered_on"),
    "language": ("sprog", "language"),
    "email": ("e-mail", "email", "mail", "e-mailadresse"),
    "mobile": ("mobil", "mobilnummer", "telefon", "mobile", "tlf"),
    "digital_post": ("digital post", "digitalpost", "digital_post"),
    "protected_until": ("adressebeskyttelse", "adressebeskyttet", "beskyttet til", "protected_until"),
}
_FIELD_OF = {heading: name for name, headings in _HEADINGS.items() for heading in headings}


class ImportUnreadable(Refused):
    """The file as a whole cannot be read."""

    slug = "import-unreadable"
    kind = Kind.INVALID
    message = "Filen kan ikke læses som en CSV-fil."


class ImportNotFound(Refused):
    """There is no such import, or it has been deleted after its time."""

    slug = "import-not-found"
    kind = Kind.NOT_FOUND
    message = "Importen findes ikke."


class ImportFinished(Refused):
    """The import is done; nothing is left to run or stop."""

    slug = "import-finished"
    message = "Importen er allerede færdig."


class State(StrEnum):
    """How far an import is."""

    PREVIEWED = "previewed"
    RUNNING = "running"
    STOPPED = "stopped"
    DONE = "done"


class RowState(StrEnum):
    """What became of a row: still to be registered, or settled."""

    READY = "ready"
    REFUSED = "refused"
    KNOWN = "known"
    REGISTERED = "registered"
    AGAIN = "again"


@dataclass(frozen=True, slots=True)
class Import:
    """An import that was begun: by whom, why, and how its file was understood."""

    import_id: UUID
    state: State
    created_at: datetime
    created_by: UUID | None
    purpose: str
    role: str
    service: str
    encoding: str
    separator: str
    ignored_columns: list[str]


@dataclass(frozen=True, slots=True)
class RowProblems:
    """What is wrong with a row, by its line number."""

    line: int
    state: RowState
    problems: list[Problem]


@dataclass(frozen=True, slots=True)
class Line:
    """One record: the number of the line it begins on (as an editor counts), its fields, and a fault of its shape."""

    number: int
    fields: dict[str, str] = field(repr=False)
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class ImportFile:
    """A file that could be read, and how it was understood."""

    lines: list[Line]
    encoding: str
    separator: str
    ignored_columns: list[str]


def unfinished(file: Import) -> Import:
    """Return an import that can still be run or stopped. Raises ImportFinished."""
    if file.state is State.DONE:
        raise ImportFinished
    return file


def brought_by(file: Import, actor_id: UUID | None) -> Import:
    """Return an import to the one who brought the file. Raises ImportNotFound for anybody else."""
    if actor_id is None or file.created_by != actor_id:
        raise ImportNotFound
    return file


def read(content: bytes) -> ImportFile:
    """Read a CSV file. Raises ImportUnreadable when it is empty, lacks a required column or has too many rows."""
    text, encoding = decoded(content)
    skipped, separator = _separator_of(text)
    records = _records(text.partition("\n")[2] if skipped else text, separator, skipped)
    if not records:
        raise ImportUnreadable("Filen er tom.")
    _, heading = records[0]
    columns = [_FIELD_OF.get(title.strip().strip("*").lower().strip()) for title in heading]
    _require(columns)
    if len(records) - 1 > MAX_ROWS:
        raise ImportUnreadable(f"Filen har over {MAX_ROWS} rækker. Del den i flere filer.")
    ignored = [title.strip() for title, column in zip(heading, columns, strict=True) if column is None]
    lines = [_line(number, values, columns) for number, values in records[1:]]
    return ImportFile(lines, encoding, separator, ignored)


def decoded(content: bytes) -> tuple[str, str]:
    """Return the text and the encoding it was found to be in: by its mark, else UTF-8, else what Excel writes."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace"), "utf-16"
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1"), "latin-1"


def _separator_of(text: str) -> tuple[int, str]:
    """Return how many lines to skip (Excel's `sep=;`), and the separator that the heading uses most."""
    first, _, _ = text.partition("\n")
    said = first.rstrip("\r")
    if said[:4].lower() == "sep=" and said[4:] in tuple(_SEPARATORS):
        return 1, said[4:]
    return 0, max(_SEPARATORS, key=first.count)


def _records(text: str, separator: str, skipped: int) -> list[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    records, before = [], 0
    try:
        for values in reader:
            if any(value.strip() for value in values):
                records.append((skipped + before + 1, values))
            before = reader.line_num
    except csv.Error:
        raise ImportUnreadable(f"Linje {skipped + reader.line_num} kan ikke læses.") from None
    return records


def _require(columns: list[str | None]) -> None:
    missing = [_HEADINGS[name][0] for name in REQUIRED if name not in columns]
    if missing:
        raise ImportUnreadable(f"Filen mangler kolonnen {', '.join(missing)}.", missing=missing)
    known = [column for column in columns if column is not None]
    if len(known) != len(set(known)):
        raise ImportUnreadable("To kolonner i filen betyder det samme.")


def _line(number: int, values: list[str], columns: list[str | None]) -> Line:
    fault = None
    if len(values) > len(columns) and any(value.strip() for value in values[len(columns) :]):
        fault = "Linjen har flere felter end overskriften."
    named = zip(columns, values, strict=False)
    return Line(number, {column: value for column, value in named if column is not None}, fault)
