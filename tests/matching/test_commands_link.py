"""`jobvej link` and `jobvej skills` on files good and bad: what is malformed is said with its line."""

import json
from itertools import pairwise
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from deploy.command.main import app
from services.matching.kernel import linking
from services.matching.kernel.linking.vocabulary import Vocabulary
from tests.matching.linking_stage import hold_out

HEADER = "conceptType,conceptUri,iscoGroup,preferredLabel,altLabels\n"
PLACE = "http://data.europa.eu/esco/occupation/"


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "model.npz"
    linking.save(hold_out().linker, path)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Fifty occupations and five titles, with rows that nobody can use among them."""
    stage = hold_out()
    shelf = stage.linker.tongues["da"].shelf
    labels = [
        (f"C{shelf.owners[n]:06}_da_{n:03}", text, shelf.concepts[shelf.owners[n]])
        for n, text in enumerate(shelf.texts[:120])
    ]
    known = {concept for _, _, concept in labels}
    asked = [(title, concept) for title, concept in zip(stage.titles, stage.concepts, strict=True) if concept in known][
        :5
    ]
    path = tmp_path / "folder"
    path.mkdir()
    rows = {
        "queries.tsv": [f"Q{n}\t{title}" for n, (title, _) in enumerate(asked)],
        "corpus_elements.tsv": [f"{label}\t{text}" for label, text, _ in labels],
        "concept_mapping.tsv": [f"{label}\t{concept}" for label, _, concept in labels],
        "annotations.tsv": [
            f"Q{n}\t0\t{label}\t1"
            for n, (_, right) in enumerate(asked)
            for label, _, concept in labels
            if concept == right
        ],
    }
    for name, lines in rows.items():
        (path / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def test_rank_writes_falling_scores_and_every_label(folder: Path, model: Path, tmp_path: Path) -> None:
    out = tmp_path / "run.tsv"
    said = run("link", "rank", folder, "--model", model, "--out", out)
    assert said.exit_code == 0, said.stderr
    rows = [line.split("\t") for line in out.read_text().splitlines()]
    assert len(rows) == 5 * 120
    assert [row[0] for row in rows[::120]] == ["Q0", "Q1", "Q2", "Q3", "Q4"]
    for start in range(0, len(rows), 120):
        scores = [float(row[2]) for row in rows[start : start + 120]]
        assert all(one > other for one, other in pairwise(scores))
        assert len({row[1] for row in rows[start : start + 120]}) == 120


def test_depth_cuts_the_lists_and_twice_gives_the_same_bytes(folder: Path, model: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert run("link", "rank", folder, "--model", model, "--out", tmp_path / name, "--depth", "7").exit_code == 0
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert len((tmp_path / "one").read_text().splitlines()) == 35


def test_evaluate_prints_the_measures(folder: Path, model: Path) -> None:
    said = run("link", "evaluate", folder, "--model", model)
    assert said.exit_code == 0, said.stderr
    found = json.loads(said.stdout)
    assert set(found) == {"queries", "MRR", "A@1", "A@5", "A@10", "MAP"}
    assert found["queries"] == 5
    assert found["MRR"] > 0.6


def test_labels_in_a_language_never_taught_are_learnt_from_the_corpus(folder: Path, model: Path) -> None:
    said = run("link", "evaluate", folder, "--model", model, "--query-language", "sv", "--label-language", "sv")
    assert json.loads(said.stdout)["MRR"] > 0.5


def test_titles_in_one_language_find_labels_in_another(folder: Path, model: Path) -> None:
    said = run("link", "evaluate", folder, "--model", model, "--query-language", "da", "--label-language", "no")
    assert json.loads(said.stdout)["MRR"] > 0.6


def test_malformed_rows_are_said_with_their_line_and_the_rest_is_ranked(
    folder: Path, model: Path, tmp_path: Path
) -> None:
    with (folder / "queries.tsv").open("ab") as file:
        file.write(
            b"Q0\ttwice\nno tab\nQ7\tthree\tcolumns\nQ8\t\xff\xfe\nQ9\t\xf0\x9f\x98\x80\n\nQ10\t"
            + b"x" * 1_000_000
            + b"\n"
        )
        file.write("Q11\t<script>alert('løn 30.000')</script>\n".encode())
    with (folder / "corpus_elements.tsv").open("a") as file:
        file.write("C1_da_999\twithout concept\n")
    said = run("link", "rank", folder, "--model", model, "--out", tmp_path / "run.tsv", "--depth", "3")
    assert said.exit_code == 0, said.stderr
    for line, why in ((6, "second time"), (7, "1 columns instead of 2"), (8, "3 columns"), (9, "not UTF-8 at byte 4")):
        assert f"queries.tsv:{line}: " in said.stderr
        assert why in said.stderr
    assert "corpus_elements.tsv:121: C1_da_999 has no concept" in said.stderr
    assert "queries.tsv: 8 titles, 4 lines refused" in said.stderr
    asked = {line.split("\t")[0] for line in (tmp_path / "run.tsv").read_text().splitlines()}
    assert asked == {"Q0", "Q1", "Q2", "Q3", "Q4", "Q9", "Q10", "Q11"}


def test_nothing_usable_ends_with_one_and_leaves_no_file(folder: Path, model: Path, tmp_path: Path) -> None:
    (folder / "queries.tsv").write_text("no tab\n")
    out = tmp_path / "run.tsv"
    said = run("link", "rank", folder, "--model", model, "--out", out)
    assert said.exit_code == 1
    assert "no row can be used" in said.stderr
    assert not out.exists()


def test_a_missing_model_or_another_edition_is_one_sentence(folder: Path, model: Path, tmp_path: Path) -> None:
    said = run("link", "rank", folder, "--model", tmp_path / "none.npz", "--out", tmp_path / "run.tsv")
    assert (said.exit_code, said.stderr.strip().splitlines()[-1][:17]) == (1, "there is no model")
    said = run("link", "rank", folder, "--model", model, "--out", tmp_path / "run.tsv", "--edition", "da-1")
    assert said.exit_code == 1
    assert "wanted is da-1" in said.stderr


def test_a_corpus_of_strangers_is_said(folder: Path, model: Path, tmp_path: Path) -> None:
    mapping = folder / "concept_mapping.tsv"
    mapping.write_text(mapping.read_text().replace("esco/occupation/", "esco/other/"))
    said = run("link", "rank", folder, "--model", model, "--out", tmp_path / "run.tsv")
    assert said.exit_code == 0, said.stderr
    assert "knows 0 of the" in said.stderr


def test_train_reads_what_can_be_read_and_says_the_rest(tmp_path: Path) -> None:
    rows = [
        f'Occupation,{PLACE}{n},7115,{label},"{label}mester\n{label}svend"\n'
        for n, label in enumerate(("tømrer", "murer", "maler"))
    ]
    bad = [
        "only,three,columns\n",
        f"Occupation,{PLACE}0,7115,tømrer,\n",
        f"Occupation,{PLACE}9,7115,,\n",
        "Occupation,,1,x,\n",
    ]
    (tmp_path / "occupations_da.csv").write_text(HEADER + "".join(rows + bad), encoding="utf-8")
    out = tmp_path / "model.npz"
    english = linking.vocabulary("en").occupations[:30]
    small = Vocabulary("en", tuple(one._replace(alternatives=()) for one in english))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(linking, "vocabulary", lambda _: small)
        said = run("link", "train", "--vocabulary", tmp_path / "occupations_da.csv", "--out", out)
    assert said.exit_code == 0, said.stderr
    for line, why in (
        (8, "3 columns instead of 5"),
        (9, "a second time"),
        (10, "no preferredLabel"),
        (11, "no conceptUri"),
    ):
        assert f"occupations_da.csv:{line}: " in said.stderr
        assert why in said.stderr
    assert "3 occupations, 4 lines refused" in said.stderr
    assert linking.load(out).link(["murermester"])[0][0].concept == f"{PLACE}1"


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("da.csv", "conceptType,preferredLabel\nOccupation,smed\n", "no column conceptUri"),
        ("da.csv", "", "no column conceptUri"),
        ("da.csv", HEADER, "no row can be used"),
        ("jobs.csv", HEADER, "which language"),
    ],
)
def test_a_vocabulary_that_cannot_be_used_ends_with_one(tmp_path: Path, name: str, text: str, why: str) -> None:
    (tmp_path / name).write_text(text)
    said = run("link", "train", "--vocabulary", tmp_path / name, "--out", tmp_path / "model.npz")
    assert said.exit_code == 1
    assert why in said.stderr
    assert not (tmp_path / "model.npz").exists()


def test_skills_are_classified_line_by_line(model: Path, tmp_path: Path) -> None:
    (tmp_path / "train.tsv").write_text(
        "samarbejde med kolleger\tS1\nengelsk\tL1\nno tab\nx\tnot a group\nfleksibel\tA1\n"
    )
    (tmp_path / "spans.tsv").write_bytes("tysk\tK99\n\n😀\n  \t\nfleksibel\n".encode() + b"\xff\xfe\n")
    out = tmp_path / "out.tsv"
    said = run(
        "skills",
        "classify",
        "--train",
        tmp_path / "train.tsv",
        "--in",
        tmp_path / "spans.tsv",
        "--out",
        out,
        "--model",
        model,
    )
    assert said.exit_code == 0, said.stderr
    assert "train.tsv:3: 1 columns instead of 2" in said.stderr
    assert "train.tsv:4: 'not a group' is no group" in said.stderr
    rows = dict(line.split("\t") for line in out.read_text().splitlines())
    assert rows["tysk"] == "L1"
    assert rows["fleksibel"] == "A1"
    assert "spans.tsv:6: not UTF-8" in said.stderr
