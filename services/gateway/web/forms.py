"""What a person answered on a page, and what is wrong with it, in the order of the page."""

from dataclasses import dataclass, field

from starlette.requests import Request


@dataclass
class Faults:
    """Sentences by field; shown in a summary on top and beside each field."""

    by_field: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, sentence: str) -> None:
        """Note what is wrong with a field; the first fault of a field is the one shown."""
        self.by_field.setdefault(name, sentence)

    def __bool__(self) -> bool:
        return bool(self.by_field)

    def get(self, name: str) -> str | None:
        """Return the sentence for a field, if any."""
        return self.by_field.get(name)

    def items(self) -> list[tuple[str, str]]:
        """Return (field, sentence) for the summary."""
        return list(self.by_field.items())


async def answers(request: Request) -> dict[str, str]:
    """Return the text fields of a form, stripped; files and repeated fields are not among them.

    The sign NUL, which nobody types and no database takes, is left out.
    """
    form = await request.form()
    return {name: value.replace("\0", "").strip() for name, value in form.items() if isinstance(value, str)}
