"""Template versions: files in the service's own folder, registered in a table the day they are first used.
Invariant: a version's words never change; who received version 3 of a text can be shown that text years later."""

import tomllib
from functools import cache
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from services.notifications.model.notice import Kind
from services.notifications.model.wording import Template, Wording
from services.notifications.tables import template as table
from shared.clock import Clock
from shared.database import Session
from shared.errors import Refused

FOLDER = Path(__file__).parent.parent / "templates"


class TemplateChanged(Refused):
    """A template that was used already has other words now: a change needs a new version."""

    slug = "template-changed"
    message = "En beskedtekst er ændret uden et nyt versionsnummer."


@cache
def wording() -> Wording:
    """Read all templates from their files (`<kind>/<version>.<language>.toml`), once per process."""
    return Wording(tuple(_read(path) for path in sorted(FOLDER.glob("*/*.toml"))))


def _read(path: Path) -> Template:
    source = tomllib.loads(path.read_text("utf-8"))
    layout = (FOLDER / "layout" / f"{source['layout']}.html").read_text("utf-8")
    version, language, _ = path.name.split(".")
    return Template(Kind(path.parent.name), language, int(version), source, layout)


async def register(session: Session, clock: Clock, found: Wording) -> None:
    """Remember every template version with its words. Raises TemplateChanged when one was registered with others."""
    rows = [
        {
            "kind": each.kind,
            "language": each.language,
            "version": each.version,
            "fingerprint": each.fingerprint,
            "source": {**each.source, "layout_html": each.layout},
            "registered_at": clock.now(),
        }
        for each in found.templates
    ]
    await session.execute(insert(table).values(rows).on_conflict_do_nothing())
    known = select(table.c.kind, table.c.language, table.c.version, table.c.fingerprint)
    stored = {(row.kind, row.language, row.version): row.fingerprint for row in await session.execute(known)}
    for each in found.templates:
        if stored[each.kind, each.language, each.version] != each.fingerprint:
            raise TemplateChanged(kind=each.kind, language=each.language, version=each.version)
