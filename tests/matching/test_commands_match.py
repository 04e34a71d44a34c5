"""`jobvej match`: files in, files out, whole or not at all, and what is malformed is named by its line."""

import json
from pathlib import Path

import jsonschema
import msgspec
import pytest
from typer.testing import CliRunner

from services.matching.commands import match, vocabulary
from tests.matching.people import Draw
from tests.matching.small_linker import SmallLinker

runner = CliRunner()


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabulary, "linker", SmallLinker)


def lines(path: Path, *rows: object) -> Path:
    path.write_bytes(b"\n".join(row if isinstance(row, bytes) else msgspec.json.encode(row) for row in rows) + b"\n")
    return path


def texts(folder: Path) -> tuple[Path, Path]:
    openings = lines(folder / "o.jsonl", {"id": "o1", "language": "da", "text": "Sygeplejerske søges"})
    cvs = lines(
        folder / "c.jsonl", {"id": "c1", "language": "da", "text": "Kok"},
        {"id": "c2", "language": "en", "text": "registered nurse"},
    )  # fmt: skip
    return openings, cvs


def rank(openings: Path, cvs: Path, out: Path, *more: str) -> tuple[int, str]:
    result = runner.invoke(
        match.app, ["rank", "--openings", str(openings), "--cvs", str(cvs), "--out", str(out), *more]
    )
    return result.exit_code, result.stderr


def test_free_texts_are_ranked_with_reasons(tmp_path: Path) -> None:
    openings, cvs = texts(tmp_path)
    code, _ = rank(openings, cvs, tmp_path / "run.tsv", "--explain", str(tmp_path / "why.jsonl"))
    assert code == 0
    rows = [line.split("\t") for line in (tmp_path / "run.tsv").read_text().splitlines()]
    assert [row[:2] for row in rows] == [["o1", "c2"], ["o1", "c1"]]
    told = [json.loads(line) for line in (tmp_path / "why.jsonl").read_text().splitlines()]
    for row, why in zip(rows, told, strict=True):
        assert float(row[2]) == pytest.approx(sum(part["points"] for part in why["parts"]), abs=1e-6)


def test_records_are_ranked_twice_the_same_and_whoever_is_refused_stands_last(tmp_path: Path) -> None:
    draw = Draw(8)
    openings = lines(tmp_path / "o.jsonl", *(draw.opening(number) for number in range(6)))
    cvs = lines(tmp_path / "c.jsonl", *(draw.cv(number) for number in range(40)))
    for name in ("a", "b"):
        code, _ = rank(openings, cvs, tmp_path / f"{name}.tsv", "--explain", str(tmp_path / f"{name}.jsonl"))
        assert code == 0
    assert (tmp_path / "a.tsv").read_bytes() == (tmp_path / "b.tsv").read_bytes()
    assert (tmp_path / "a.jsonl").read_bytes() == (tmp_path / "b.jsonl").read_bytes()
    rows = [line.split("\t") for line in (tmp_path / "a.tsv").read_text().splitlines()]
    assert len(rows) == 6 * 40
    told = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text().splitlines()]
    for row, why in zip(rows, told, strict=True):
        assert float(row[2]) == pytest.approx(why["score"], abs=1e-6)
    for number in range(6):
        scores = [float(row[2]) for row in rows[40 * number : 40 * number + 40]]
        assert scores == sorted(scores, reverse=True)


def test_a_short_list_is_the_head_of_the_whole_one(tmp_path: Path) -> None:
    draw = Draw(9)
    openings = lines(tmp_path / "o.jsonl", *(draw.opening(number) for number in range(8)))
    cvs = lines(tmp_path / "c.jsonl", *(draw.cv(number) for number in range(60)))
    rank(openings, cvs, tmp_path / "whole.tsv")
    rank(openings, cvs, tmp_path / "short.tsv", "--depth", "5")
    whole = (tmp_path / "whole.tsv").read_text().splitlines()
    assert (tmp_path / "short.tsv").read_text().splitlines() == [
        line for number in range(8) for line in whole[60 * number : 60 * number + 5]
    ]


def test_an_advert_as_text_ranks_cvs_that_are_records(tmp_path: Path) -> None:
    openings, _ = texts(tmp_path)
    cvs = lines(
        tmp_path / "r.jsonl", {"id": "cook", "experience": [{"concept": "esco:cook", "years": 5}]},
        {"id": "nurse", "experience": [{"concept": "esco:nurse", "years": 5, "last_year": 2026}]},
    )  # fmt: skip
    assert rank(openings, cvs, tmp_path / "run.tsv")[0] == 0
    assert (tmp_path / "run.tsv").read_text().startswith("o1\tnurse\t")


def test_twins_whose_records_differ_in_what_nobody_reads_rank_to_the_byte_alike(tmp_path: Path) -> None:
    draw = Draw(10)
    openings = lines(tmp_path / "o.jsonl", *(draw.opening(number) for number in range(4)))
    outs = []
    for who in ({"name": "Mette", "age": 30, "gender": "f"}, {"name": "Ali", "age": 61, "nationality": "x"}):
        draw = Draw(11)
        rows = [msgspec.json.decode(msgspec.json.encode(draw.cv(number))) | who for number in range(30)]
        cvs = lines(tmp_path / "c.jsonl", *rows)
        code, said = rank(openings, cvs, tmp_path / "run.tsv")
        assert code == 0
        assert "fields that nobody reads: age" in said
        outs.append((tmp_path / "run.tsv").read_bytes())
    assert outs[0] == outs[1]


def test_malformed_lines_are_named_and_the_rest_is_ranked(tmp_path: Path) -> None:
    openings, _ = texts(tmp_path)
    cvs = lines(
        tmp_path / "c.jsonl", b"not json", {"id": "c1", "text": "Kok"}, b"[1]", {"id": "c1", "text": "again"},
        {"id": "", "text": "x"}, {"text": "no id"}, b"\xff\xfe", {"id": "c\t2", "text": "tab"}, b"",
        {"id": "c3", "licences": ["broomstick"]}, {"id": "c4", "text": 7}, b"[" * 5000,
    )  # fmt: skip
    code, said = rank(openings, cvs, tmp_path / "run.tsv")
    assert code == 0
    named = [
        int(line.split(":")[1])
        for line in said.splitlines()
        if line.startswith(f"{cvs}:") and line.split(":")[1].isdigit()
    ]
    assert named == [1, 3, 4, 5, 6, 7, 8, 10, 11, 12]
    assert (tmp_path / "run.tsv").read_text().count("\n") == 1


def test_a_number_as_id_is_read_as_its_digits(tmp_path: Path) -> None:
    openings, _ = texts(tmp_path)
    cvs = lines(tmp_path / "c.jsonl", {"id": 7, "text": "Kok"})
    assert rank(openings, cvs, tmp_path / "run.tsv")[0] == 0
    assert (tmp_path / "run.tsv").read_text().startswith("o1\t7\t")


def test_nothing_usable_is_exit_code_one_and_leaves_an_old_result_alone(tmp_path: Path) -> None:
    openings, _ = texts(tmp_path)
    cvs = lines(tmp_path / "c.jsonl", b"not json")
    (tmp_path / "run.tsv").write_text("old")
    assert rank(openings, cvs, tmp_path / "run.tsv")[0] == 1
    assert (tmp_path / "run.tsv").read_text() == "old"


def test_rules_of_a_day_or_number_that_is_not_there_are_refused(tmp_path: Path) -> None:
    openings, cvs = texts(tmp_path)
    for option in (("--on", "1999-01-01"), ("--on", "yesterday"), ("--rules", "99")):
        assert rank(openings, cvs, tmp_path / "run.tsv", *option)[0] == 2


def test_the_schema_accepts_what_the_records_are() -> None:
    schema = json.loads(runner.invoke(match.app, ["schema"]).stdout)
    draw = Draw(12)
    for record in (draw.cv(1), draw.opening(1)):
        jsonschema.validate(json.loads(msgspec.json.encode(record)), schema)
    jsonschema.validate({"id": "x", "text": "Kok", "language": "da"}, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"id": "x", "hours_min": "many"}, schema)


def test_a_plan_is_written_and_bad_rows_are_named(tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.tsv"
    pairs.write_text("o1\tp1\t0.9\no1\tp2\t0.8\no2\tp1\t0.85\nbroken\no2\tp3\tnan\no1\tp1\t0.2\n\no3\tp9\t1e999\n")
    out = tmp_path / "plan.tsv"
    result = runner.invoke(
        match.app, ["plan", "--pairs", str(pairs), "--per-opening", "1", "--per-person", "1", "--out", str(out)]
    )
    assert result.exit_code == 0
    assert out.read_text() == "o1\tp2\t0.8\no2\tp1\t0.85\n"
    assert [f"{pairs}:{line}:" in result.stderr for line in (4, 5, 6, 8)] == [True] * 4
    assert "greedy would reach 0.5455" in result.stderr


def test_a_file_without_a_usable_pair_gives_no_plan(tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.tsv"
    pairs.write_text("nothing here\n")
    result = runner.invoke(match.app, ["plan", "--pairs", str(pairs), "--out", str(tmp_path / "plan.tsv")])
    assert result.exit_code == 1
    assert not (tmp_path / "plan.tsv").exists()
