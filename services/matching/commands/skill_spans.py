"""What `jobvej skills classify` does: labelled spans in, a group for each span out."""

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from services.matching.commands.lines import Progress, Refusals, numbered, written
from services.matching.commands.linking import say, stop
from services.matching.kernel import linking
from services.matching.kernel.skills import Classifier, Span, language_of

BATCH = 1024
LOOKED_AT = 2000  # spans from which a language is guessed
GROUP = re.compile(r"[A-Z]\d{1,2}")
LANGUAGE = re.compile(r"[a-z]{2}")


def classify(files: list[str], spans: Path, out: Path, model: Path | None, language: str | None) -> None:
    """Read, learn, classify batch by batch. Exit code 1 when there is nothing to learn from or to classify."""
    try:
        linker = linking.load(model) if model else linking.shipped(say=say)
        labelled = [span for file in files for span in _labelled(file)]
        if not labelled:
            raise stop("no training span can be used")
        language = language or language_of(list(islice(_asked(spans, Refusals(spans), quiet=True), LOOKED_AT)))
        classifier = Classifier.of(labelled, language, linker.encode)
        with written(out) as file:
            refusals, progress, kept = Refusals(spans), Progress("spans classified"), 0
            rows = _asked(spans, refusals)
            while batch := list(islice(rows, BATCH)):
                groups = classifier.classify(batch, language)
                file.writelines(f"{span}\t{group}\n" for span, group in zip(batch, groups, strict=True))
                kept += len(batch)
                progress.step(len(batch))
            refusals.close(kept, f"spans, read as {language}")
            if not kept:
                raise stop(f"{spans}: no row can be used")
    except (linking.ModelUnusable, OSError) as fault:
        raise stop(str(fault)) from None


def _labelled(file: str) -> list[Span]:
    """`da=FILE` or FILE: its language is then guessed from all its spans together."""
    language, _, name = file.rpartition("=")
    if language and not LANGUAGE.fullmatch(language):
        language, name = "", file
    path = Path(name)
    refusals = Refusals(path)
    found = []
    for number, line in numbered(path):
        if not line.strip():
            continue
        cells = line.decode("utf-8", "replace").split("\t")
        if len(cells) != 2 or not cells[0].strip():
            refusals.add(number, f"{len(cells)} columns instead of 2" if len(cells) != 2 else "no span")
        elif not GROUP.fullmatch(cells[1].strip()):
            refusals.add(number, f"{cells[1].strip()!r} is no group like S1, K06 or A1")
        else:
            found.append((cells[0].strip(), cells[1].strip()))
    language = language or language_of([text for text, _ in found])
    refusals.close(len(found), f"training spans, read as {language}")
    return [Span(text, group, language) for text, group in found]


def _asked(path: Path, refusals: Refusals, quiet: bool = False) -> Iterator[str]:
    """The first column of each row; blanks around it are kept out."""
    for number, line in numbered(path):
        try:
            span = line.decode("utf-8").split("\t")[0].strip()
        except UnicodeDecodeError as fault:
            span = ""
            reason = f"not UTF-8 at byte {fault.start + 1}"
        else:
            reason = "no span"
        if span:
            yield span
        elif line.strip() and not quiet:
            refusals.add(number, reason)
