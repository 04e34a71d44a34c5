"""The table *when – said by – then*: what happens on this platform, one line per event."""

from deploy.docs.facts import Effect, Story, stories


def table() -> str:
    """The table in Markdown; a link leads to the file where it happens."""
    lines = ["| when | said by | then |", "|---|---|---|"]
    lines += [f"| {when(story)} | {said_by(story)} | {then(story)} |" for story in stories()]
    return "\n".join(lines)


def when(story: Story) -> str:
    """The event's name with the sentence of its declaration."""
    sentence = story.when.removeprefix("Said ").replace("|", "\\|")
    return f"**[{story.event.__name__}](shared/contracts/{story.publisher}.py)** – {sentence}"


def said_by(story: Story) -> str:
    """The publisher, and the steps in which it says so."""
    steps = ", ".join(link(effect) for effect in once(story.said_in) if effect.service == story.publisher)
    return f"{story.publisher}: {steps}" if steps else story.publisher


def then(story: Story) -> str:
    """Each service that hears it, with what it does."""
    return "<br>".join(f"{effect.service}: {link(effect)}" for effect in once(story.then)) or "(nobody listens yet)"


def link(effect: Effect) -> str:
    return f"[{effect.does}]({effect.source})"


def once(effects: list[Effect]) -> list[Effect]:
    return list(dict.fromkeys(effects))
