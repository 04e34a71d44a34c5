"""What `jobvej link` does: files in, the kernel's linking, files out."""

import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import typer

from services.matching.commands.lines import Progress, Refusals, numbered, written
from services.matching.kernel import linking
from services.matching.kernel.linking import folder as layout
from services.matching.kernel.linking.measures import measured
from services.matching.kernel.linking.ranking import Ranker

BATCH = 128
NAMED = re.compile(r"(?:^|[_.-])([a-z]{2})$")
KNOWN_ENOUGH = 0.5  # of a corpus's occupations; below, model and folder are of different editions


@dataclass(frozen=True)
class Task:
    """A folder to be ranked with a model."""

    folder: Path
    model: Path
    query_language: str | None
    label_language: str | None
    depth: int
    edition: str | None


def stop(why: str) -> typer.Exit:
    """Say why on stderr; the exit code is 1."""
    print(why, file=sys.stderr)
    return typer.Exit(1)


def say(words: str) -> None:
    """Progress."""
    print(words, file=sys.stderr, flush=True)


def train(files: list[str], out: Path) -> None:
    """Read the vocabularies, teach, save. Exit code 1 when nothing can be learnt."""
    found: dict[str, linking.Vocabulary] = {}
    for file in files:
        vocabulary = _vocabulary(file)
        if vocabulary.language in found:
            raise stop(f"{file}: there is a vocabulary in {vocabulary.language} already")
        found[vocabulary.language] = vocabulary
    try:
        linker = linking.train(list(found.values()), linking.vocabulary("en"), linking.teacher(), say)
        linking.save(linker, out)
    except (linking.ModelUnusable, OSError) as fault:
        raise stop(str(fault)) from None
    say(f"{out}: edition {linker.edition}, {len(linker.concepts)} occupations")


def _vocabulary(file: str) -> linking.Vocabulary:
    """`da=FILE`, or a FILE whose name ends in the language: da.csv, occupations_da.csv."""
    language, _, name = file.rpartition("=")
    path = Path(name)
    named = NAMED.search(path.stem.lower())
    if not language and not named:
        raise stop(f"{path}: which language? Write da={path}, or call the file occupations_da.csv")
    refusals = Refusals(path)
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file_of_rows:
            found, complaints = linking.parse(file_of_rows, language or (named[1] if named else ""))
    except (OSError, linking.VocabularyUnusable) as fault:
        raise stop(f"{path}: {fault}") from None
    for complaint in complaints:
        refusals.add(*complaint)
    refusals.close(len(found.occupations), "occupations")
    return found


def rank(task: Task, out: Path) -> None:
    """Write the run."""
    with _stopping(), written(out) as file:
        for query, ranked in _ranked(task):
            file.writelines(f"{query}\t{label}\t{score:.6f}\n" for label, score in ranked)


def evaluate(task: Task) -> None:
    """Print the measures of the run against the folder's annotations."""
    path = task.folder / "annotations.tsv"
    with _stopping():
        refusals = Refusals(path)
        relevant = layout.annotations(numbered(path), refusals.add)
        refusals.close(len(relevant), "queries with relevant labels")
        if not relevant:
            raise stop(f"{path}: no annotation can be used")
        found = measured(((query, _as_written(ranked)) for query, ranked in _ranked(task)), relevant)
    print(json.dumps({name: round(value, 4) for name, value in found.items()}))


def _as_written(ranked: list[tuple[str, float]]) -> list[tuple[str, float]]:
    return [(label, float(f"{score:.6f}")) for label, score in ranked]


def _ranked(task: Task) -> Iterator[tuple[str, list[tuple[str, float]]]]:
    linker = linking.load(task.model, task.edition)
    corpus = _corpus(task.folder)
    _warn_of_strangers(linker, corpus, task)
    labels = task.label_language or corpus.language() or "da"
    ranker = Ranker.of(linker, corpus, task.query_language or labels, labels)
    path = task.folder / "queries.tsv"
    refusals, progress, kept = Refusals(path), Progress("titles ranked"), 0
    for batch in _batches(layout.queries(numbered(path), refusals.add)):
        for (query, _), ranked in zip(batch, ranker.ranked([text for _, text in batch], task.depth), strict=True):
            yield query, ranked
        kept += len(batch)
        progress.step(len(batch))
    refusals.close(kept, "titles")
    if not kept:
        raise stop(f"{path}: no row can be used")


def _batches(rows: Iterator[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    batch: list[tuple[str, str]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _corpus(folder: Path) -> layout.Corpus:
    elements, mapping = folder / "corpus_elements.tsv", folder / "concept_mapping.tsv"
    of_elements, of_mapping = Refusals(elements), Refusals(mapping)
    found = layout.corpus(numbered(elements), numbered(mapping), of_elements.add, of_mapping.add)
    of_mapping.close(len(found.labels.concepts), "concepts in use")
    of_elements.close(len(found.ids), "labels")
    if not found.ids:
        raise stop(f"{elements}: no label can be used")
    return found


def _warn_of_strangers(linker: linking.Linker, corpus: layout.Corpus, task: Task) -> None:
    """A corpus whose occupations the model does not know is ranked by letters and words alone: that is said."""
    occupations = [concept for concept in corpus.labels.concepts if not concept.startswith(linking.GROUP)]
    known = sum(concept in linker.known for concept in occupations)
    if known < KNOWN_ENOUGH * len(occupations):
        said = f"knows {known} of the {len(occupations)} occupations in {task.folder}"
        say(f"{task.model} (edition {linker.edition}) {said}")


@contextmanager
def _stopping() -> Iterator[None]:
    """What the kernel and the file system refuse ends the command with one sentence and exit code 1."""
    try:
        yield
    except (linking.ModelUnusable, OSError) as fault:
        raise stop(str(fault)) from None
