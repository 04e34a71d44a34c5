"""How many openings a second are ranked exactly over all CVs; the same people as text in PostgreSQL and tantivy.

Openings and CVs come from one seeded market. The full-text sides get the same people as words and, per opening, the
words of its advert (about seventy); all three answer with their best fifty, in turn, in one run.
"""

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from typing import Any

import asyncpg
import numpy as np
import tantivy

from services.matching.kernel.columns import CvStore
from services.matching.kernel.queries import Queries, prepare, terms
from services.matching.kernel.records import Cv, Opening
from services.matching.kernel.rules import EDITIONS
from services.matching.kernel.scan import rank
from tests.bench.match_market import YEAR, Market, occupations
from tests.bench.stage import keep, spread, stage

RULES, TOP, ROUNDS = EDITIONS[0], 50, 5
SIZES = {"100k": 100_000, "150k": 150_000, "1m": 1_000_000}
BATCH = {"100k": 1024, "150k": 1024, "1m": 128}
HOT_BYTES = 3 * 4  # what every row is read for: place and reach
WORDS = [f"ord{number}" for number in range(3000)]


def people(store: CvStore, market: Market, upto: int) -> None:
    """Add CVs until the store has so many."""
    for cv in market.cvs(upto - len(store), len(store)):
        store.put(cv)


def ranked_per_s(store: CvStore, openings: Sequence[Opening]) -> list[float]:
    """Openings a second, preparing them included, over several rounds."""
    rules = terms(RULES, YEAR)
    rank(store, prepare(openings[:4], store, RULES), rules, TOP)
    rates = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        queries: Queries = prepare(openings, store, RULES)
        rank(store, queries, rules, TOP)
        rates.append(len(openings) / (time.perf_counter() - began))
    return rates


def copied_per_s() -> float:
    """Bytes a second that this machine copies, two threads' worth measured as one."""
    source = np.ones(64 << 20, np.uint8)
    target = np.empty_like(source)
    best = 0.0
    for _ in range(5):
        began = time.perf_counter()
        np.copyto(target, source)
        best = max(best, 2 * source.nbytes / (time.perf_counter() - began))
    return best


def as_words(record: Cv | Opening, chance: random.Random) -> str:
    """The record's own facts as words, filled up with everyday ones to about seventy."""
    if isinstance(record, Cv):
        own = [each.concept for each in record.experience] + [*record.wishes, *record.skills]
    else:
        own = [each.concept for each in record.occupations] + [each.skill for each in record.skills]
    own = [word.replace("-", "") for word in own]
    return " ".join([*own, *(WORDS[int(len(WORDS) * chance.random() ** 3)] for _ in range(70 - len(own)))])


def texts(count: int, queries: int) -> tuple[list[str], list[str]]:
    """The same market as words: CVs and adverts."""
    market, chance = Market(7), random.Random(8)
    cvs = [as_words(cv, chance) for cv in market.cvs(count)]
    return cvs, [as_words(market.opening(number), chance) for number in range(queries)]


def per_s(answer: Callable[[str], object], queries: Sequence[str]) -> float:
    """Queries a second, one after another."""
    began = time.perf_counter()
    for query in queries:
        answer(query)
    return len(queries) / (time.perf_counter() - began)


def tantivy_per_s(cvs: Sequence[str], queries: Sequence[str]) -> float:
    """Any of the words, BM25, in memory."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("text", stored=False)
    index = tantivy.Index(builder.build())
    writer: Any = index.writer(200_000_000)
    for text in cvs:
        writer.add_document(tantivy.Document(text=text))
    writer.commit()
    index.reload()
    searcher = index.searcher()
    return per_s(lambda query: searcher.search(index.parse_query(query, ["text"]), TOP).hits, queries)


async def postgres_per_s(url: str, cvs: Sequence[str], queries: Sequence[str]) -> float:
    """Any of the words, ts_rank, with a GIN index, as PostgreSQL's manual has it."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("create table cv (id bigint, words tsvector)")
        await connection.execute("create temporary table raw (id bigint, text text)")
        await connection.copy_records_to_table("raw", records=enumerate(cvs))
        await connection.execute("insert into cv select id, to_tsvector('danish', text) from raw")
        await connection.execute("create index on cv using gin (words)")
        await connection.execute("analyze cv")
        best = "select id from cv, to_tsquery('danish', $1) q where words @@ q order by ts_rank(words, q) desc limit 50"
        began = time.perf_counter()
        for query in queries:
            await connection.fetch(best, " | ".join(query.split()))
        return len(queries) / (time.perf_counter() - began)
    finally:
        await connection.close()


def main() -> None:
    """Measure all three sizes, then the other engines at 100 000."""
    market = Market(7)
    drawn = Market(11)
    openings = [drawn.opening(number) for number in range(max(BATCH.values()))]
    store = CvStore(occupations(), SIZES["1m"])
    results: dict[str, Any] = {}
    rates: dict[str, float] = {}
    for name, size in SIZES.items():
        people(store, market, size)
        measured = spread(ranked_per_s(store, openings[: BATCH[name]]))
        rates[name] = measured["median"]
        results |= {f"openings_per_s_{name}": measured["median"], f"spread_{name}": measured}
    results["bytes_per_cv"] = store.bytes / len(store)
    read = rates["1m"] * SIZES["1m"] * HOT_BYTES
    results["ratio_to_memory_limit"] = read / copied_per_s()
    del store
    cvs, queries = texts(SIZES["100k"], 200)
    results["tantivy_per_s"] = tantivy_per_s(cvs, queries)
    with stage(kafka=False) as engines:
        results["postgres_per_s"] = asyncio.run(postgres_per_s(engines.url, cvs, queries[:3]))
    results["ratio_to_tantivy"] = rates["100k"] / results["tantivy_per_s"]
    results["ratio_to_postgres"] = rates["100k"] / results["postgres_per_s"]
    keep("match_scan", results)


if __name__ == "__main__":
    main()
