"""Which documents are generated, and where in them."""

import re
from pathlib import Path

from deploy.docs import events, map_picture, settings
from deploy.docs.facts import ROOT


def documents() -> dict[Path, str]:
    """Every generated document with the text it should have."""
    readme = ROOT / "README.md"
    return {
        ROOT / "docs" / "map.svg": map_picture.picture(),
        ROOT / "docs" / "settings.md": settings.page(),
        readme: between(readme.read_text("utf-8"), "events", events.table()),
    }


def between(text: str, name: str, wanted: str) -> str:
    """Put `wanted` between the markers `<!-- name: generated -->` and `<!-- /name -->`.

    Raises ValueError when the markers are not there exactly once.
    """
    pattern = re.compile(rf"(<!-- {name}: [^>]*-->\n).*?(<!-- /{name} -->)", re.DOTALL)
    result, count = pattern.subn(lambda found: f"{found[1]}{wanted}\n{found[2]}", text)
    if count != 1:
        raise ValueError(f"the markers of {name} occur {count} times")
    return result
