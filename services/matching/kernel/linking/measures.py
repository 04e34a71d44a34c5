"""How good ranked lists are, computed as trec_eval does: MRR, A@k (success at k), MAP."""

from collections.abc import Iterable, Mapping, Sequence, Set

import numpy as np

CUTS = (1, 5, 10)
Ranked = Sequence[tuple[str, float]]


def as_trec_eval_reads(ranked: Ranked) -> list[str]:
    """The documents by score, which it keeps in single precision, downwards; equal scores by id, downwards."""
    return [
        document for _, document in sorted(((np.float32(score), document) for document, score in ranked), reverse=True)
    ]


def measured(runs: Iterable[tuple[str, Ranked]], relevant: Mapping[str, Set[str]]) -> dict[str, float]:
    """Means over the queries that have a relevant document; one that is missing from the run counts 0.

    The same as `trec_eval -c -m recip_rank -m success.1,5,10 -m map`.
    """
    sums = dict.fromkeys(("MRR", *(f"A@{cut}" for cut in CUTS), "MAP"), 0.0)
    for query, ranked in runs:
        wanted = relevant.get(query)
        if not wanted:
            continue
        places = [place for place, document in enumerate(as_trec_eval_reads(ranked), 1) if document in wanted]
        sums["MRR"] += 1 / places[0] if places else 0
        for cut in CUTS:
            sums[f"A@{cut}"] += bool(places) and places[0] <= cut
        sums["MAP"] += sum(found / place for found, place in enumerate(places, 1)) / len(wanted)
    asked = sum(1 for wanted in relevant.values() if wanted)
    return {"queries": asked} | {name: total / asked if asked else 0.0 for name, total in sums.items()}
