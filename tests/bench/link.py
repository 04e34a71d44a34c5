"""Linking: taught on the shipped vocabulary but for some hidden Danish labels, then asked for those; beside rapidfuzz.

With JOBVEJ_DATA the relevance table on the development sets follows (`tests/bench/link_relevance.py`).
"""

import json
import os
import random
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

from rapidfuzz import fuzz, process

from services.matching.kernel import linking
from services.matching.kernel.linking.linker import Linker
from services.matching.kernel.linking.ngrams import prepared
from services.matching.kernel.linking.vocabulary import Vocabulary
from tests.bench.__main__ import RESULTS
from tests.bench.link_relevance import table

SEED = 4
HIDDEN = 1500
ONE_BY_ONE = 200
ROUNDS = 3


def hidden() -> tuple[Vocabulary, list[tuple[str, str]]]:
    """The shipped Danish vocabulary without some labels, and these with their occupations; seeded."""
    whole = linking.vocabulary("da")
    rich = [number for number, one in enumerate(whole.occupations) if one.alternatives]
    chosen = set(random.Random(SEED).sample(rich, min(HIDDEN, len(rich))))
    asked = [
        (whole.occupations[number].alternatives[-1], whole.occupations[number].concept) for number in sorted(chosen)
    ]
    left = tuple(
        one._replace(alternatives=one.alternatives[:-1]) if number in chosen else one
        for number, one in enumerate(whole.occupations)
    )
    return Vocabulary("da", left), asked


def train(path: Path) -> None:
    """In a process of its own: teach, save, and say how long it took and what memory at most."""
    start = time.perf_counter()
    english = linking.vocabulary("en")
    linker = linking.train([hidden()[0], english], english, linking.teacher())
    seconds = time.perf_counter() - start
    linking.save(linker, path)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(json.dumps({"train_s": seconds, "train_mb": most}))


def reciprocal(ranked: list[str], wanted: str) -> float:
    """1 ÷ the place of what was wanted, 0 where it is not."""
    return 1 / (ranked.index(wanted) + 1) if wanted in ranked else 0.0


def forgetful(linker: Linker) -> Linker:
    """The same linker with nothing remembered."""
    return Linker(
        linker.edition,
        linker.space,
        linker.concepts,
        linker.isco,
        linker.concept_vectors,
        linker.tongues,
        linker.teacher,
    )


def rates(linker: Linker, titles: list[str]) -> dict[str, float]:
    """Titles a second: one by one and new, many at once, known ones; medians and the spread of the batch."""
    linker.link(["varm"], "da")
    cold, batch, cached = [], [], []
    for _ in range(ROUNDS):
        new = forgetful(linker)
        start = time.perf_counter()
        for title in titles[:ONE_BY_ONE]:
            new.link([title], "da")
        cold.append(ONE_BY_ONE / (time.perf_counter() - start))
        new = forgetful(linker)
        start = time.perf_counter()
        new.link(titles, "da")
        batch.append(len(titles) / (time.perf_counter() - start))
        start = time.perf_counter()
        new.link(titles, "da")
        cached.append(len(titles) / (time.perf_counter() - start))
    names = {"titles_per_s_cold": cold, "titles_per_s_batch": batch, "titles_per_s_cached": cached}
    found = {name: statistics.median(values) for name, values in names.items()}
    return found | {"batch_slowest": min(batch), "batch_fastest": max(batch)}


def by_rapidfuzz(vocabulary: Vocabulary, asked: list[tuple[str, str]]) -> dict[str, float]:
    """Token sort ratio over the distinct labels, one title at a time: how good and how fast."""
    owners: dict[str, list[str]] = {}
    for one in vocabulary.occupations:
        for label in (one.preferred, *one.alternatives):
            owners.setdefault(prepared(label), []).append(one.concept)
    labels, total, start = list(owners), 0.0, time.perf_counter()
    for title, wanted in asked:
        best = process.extract(prepared(title), labels, scorer=fuzz.token_sort_ratio, limit=50)
        ranked = list(dict.fromkeys(concept for label, _, _ in best for concept in owners[label]))
        total += reciprocal(ranked, wanted)
    return {"rapidfuzz_mrr": total / len(asked), "rapidfuzz_titles_per_s": len(asked) / (time.perf_counter() - start)}


def main() -> None:
    """Measure and write .bench/link.json."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / "link.npz"
    child = [sys.executable, "-m", "tests.bench.link", "train", str(path)]
    results = json.loads(subprocess.run(child, check=True, capture_output=True, text=True).stdout)
    vocabulary, asked = hidden()
    linker = linking.load(path)
    titles = [title for title, _ in asked]
    results |= rates(linker, titles)
    links = linker.link(titles, "da", 50)
    found = (
        reciprocal([link.concept for link in each], wanted) for each, (_, wanted) in zip(links, asked, strict=True)
    )
    results["mrr"] = sum(found) / len(asked)
    results |= by_rapidfuzz(vocabulary, asked)
    results["speed_ratio_to_rapidfuzz"] = results["titles_per_s_batch"] / results["rapidfuzz_titles_per_s"]
    (RESULTS / "link.json").write_text(json.dumps(results, indent=2))
    results["relevance"] = table(os.environ.get("JOBVEJ_DATA"), linker)
    (RESULTS / "link.json").write_text(json.dumps(results, indent=2))


if __name__ == "__main__":
    if sys.argv[1:2] == ["train"]:
        train(Path(sys.argv[2]))
    else:
        main()
