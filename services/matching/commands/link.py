"""`jobvej link`: teach a linker from vocabularies, rank labels for titles, say how good the ranking is."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Titles to occupations: train, rank, evaluate.", no_args_is_help=True)
Folder = Annotated[
    Path, typer.Argument(exists=True, file_okay=False, help="queries.tsv, corpus_elements.tsv, concept_mapping.tsv")
]
Model = Annotated[Path, typer.Option(dir_okay=False, help="what `link train` wrote")]
Edition = Annotated[str | None, typer.Option(help="refuse a model that is not of this edition")]
QueryLanguage = Annotated[str | None, typer.Option(help="of the titles, two letters; that of the labels when not said")]
LabelLanguage = Annotated[
    str | None, typer.Option(help="of the labels; what their ids say (…_da_000) or da when not said")
]
Depth = Annotated[int, typer.Option(min=1, help="labels per title")]


@app.command("train")
def train(
    vocabulary: Annotated[
        list[str], typer.Option(help="[language=]FILE in the layout of the ESCO download; repeatable")
    ],
    out: Annotated[Path, typer.Option(dir_okay=False, help="the model")],
    more: Annotated[list[str] | None, typer.Argument(metavar="[FILE]...", help="further vocabularies")] = None,
) -> None:
    """Teach a linker the languages of the vocabularies; what they mean comes from the English labels."""
    from services.matching.commands import linking

    linking.train([*vocabulary, *(more or [])], out)


@app.command("rank")
def rank(
    folder: Folder,
    model: Model,
    out: Annotated[Path, typer.Option(dir_okay=False, help="query id <TAB> label id <TAB> score, best first")],
    query_language: QueryLanguage = None,
    label_language: LabelLanguage = None,
    depth: Depth = 1000,
    edition: Edition = None,
) -> None:
    """Rank the folder's labels for each of its titles."""
    from services.matching.commands import linking

    linking.rank(linking.Task(folder, model, query_language, label_language, depth, edition), out)


@app.command("evaluate")
def evaluate(
    folder: Folder,
    model: Model,
    query_language: QueryLanguage = None,
    label_language: LabelLanguage = None,
    depth: Depth = 1000,
    edition: Edition = None,
) -> None:
    """Print MRR, A@1, A@5, A@10 and MAP as JSON, computed as trec_eval does; the folder has annotations.tsv."""
    from services.matching.commands import linking

    linking.evaluate(linking.Task(folder, model, query_language, label_language, depth, edition))
