"""How well written CVs are ranked for written adverts, on generated markets with known truth (rules: `text_market`).

nDCG@10 over four markets of 50 adverts and 300 CVs, against BM25 and character TF-IDF over the same texts; the truth,
the measure and both baselines share no code with the kernel.
"""

import math
import time
from collections.abc import Sequence
from typing import Any

import bm25s
import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from services.matching.commands import vocabulary
from services.matching.kernel.freetext.ranker import TextRanker
from services.matching.kernel.records import FreeText
from services.matching.kernel.rules import EDITIONS
from tests.bench.stage import keep
from tests.bench.text_market import Text, TextMarket, Writer

SEEDS, ADVERTS, CVS, DEPTH = (1, 2, 3, 4), 50, 300, 10
Scores = list[NDArray[np.float64]]  # per advert, a score for every CV


def ndcg(scores: NDArray[np.float64], grades: Sequence[int]) -> float:
    """nDCG@10 with gain 2^grade - 1; equal scores in the order of the CVs."""
    gains = [2**grade - 1 for grade in grades]
    order = np.argsort(-scores, kind="stable")[:DEPTH]
    reached = sum(gains[cv] / math.log2(place + 2) for place, cv in enumerate(order))
    best = sum(gain / math.log2(place + 2) for place, gain in enumerate(sorted(gains, reverse=True)[:DEPTH]))
    return reached / best if best else 0.0


def of_kernel(market: TextMarket, knowledge: Any) -> Scores:
    """What `jobvej match rank` writes."""
    ranker = TextRanker(_read(market.cvs), _read(market.adverts), knowledge, lambda: None)
    return [ranker.summed(ranker.parts(number)) for number in range(len(market.adverts))]


def of_bm25(market: TextMarket) -> Scores:
    """Words, no stemming, no stop words."""
    index = bm25s.BM25()
    index.index(
        bm25s.tokenize([cv.text for cv in market.cvs], stopwords=None, show_progress=False), show_progress=False
    )
    asked = bm25s.tokenize(
        [advert.text for advert in market.adverts], stopwords=None, show_progress=False, return_ids=False
    )
    return [np.asarray(index.get_scores(words), np.float64) for words in asked]


def of_letters(market: TextMarket) -> Scores:
    """TF-IDF over pieces of words of two to five letters."""
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
    cvs = vectorizer.fit_transform([cv.text for cv in market.cvs])
    asked = vectorizer.transform([advert.text for advert in market.adverts])
    return list(np.asarray((asked @ cvs.T).todense(), np.float64))


def _read(texts: Sequence[Text]) -> list[FreeText]:
    return [FreeText(id=each.id, language=each.language, text=each.text) for each in texts]


def main() -> None:
    """All markets, all three."""
    knowledge = vocabulary.knowledge(vocabulary.linker(), EDITIONS[0])
    reached: dict[str, list[float]] = {"kernel": [], "bm25": [], "letters": []}
    seconds = 0.0
    for seed in SEEDS:
        market = Writer(seed).market(ADVERTS, CVS)
        began = time.perf_counter()
        ours = of_kernel(market, knowledge)
        seconds += time.perf_counter() - began
        for name, scores in (("kernel", ours), ("bm25", of_bm25(market)), ("letters", of_letters(market))):
            for advert, row in zip(market.adverts, scores, strict=True):
                grades = [market.grades.get((advert.id, cv.id), 0) for cv in market.cvs]
                if any(grades):
                    reached[name].append(ndcg(row, grades))
    means = {name: float(np.mean(values)) for name, values in reached.items()}
    keep(
        "match_text",
        {
            "ndcg_at_10": means["kernel"], "bm25_ndcg_at_10": means["bm25"], "letters_ndcg_at_10": means["letters"],
            "ratio_to_better": means["kernel"] / max(means["bm25"], means["letters"]),
            "adverts": len(reached["kernel"]), "texts_per_s": len(SEEDS) * (ADVERTS + CVS) / seconds,
        },
    )  # fmt: skip


if __name__ == "__main__":
    main()
