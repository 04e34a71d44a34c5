"""What must be 0 after everything: counted from what clients were told, what was said, and what was done."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import asyncpg

Fact = tuple[UUID, int]


@dataclass(frozen=True)
class Count:
    """The result of a run."""

    confirmed: int
    said: int
    effects: int
    came_back: int
    lost: int
    doubled: int
    out_of_order: int
    overlapping: int
    orphans: int

    @property
    def faultless(self) -> bool:
        return not (self.lost or self.doubled or self.out_of_order or self.overlapping or self.orphans)

    def __str__(self) -> str:
        return (
            f"confirmed to clients {self.confirmed} · said {self.said} · effects {self.effects} · "
            f"came back {self.came_back}\n"
            f"lost {self.lost} · doubled {self.doubled} · out of order {self.out_of_order} · "
            f"overlapping {self.overlapping} · orphan processes {self.orphans}"
        )


def doubled(facts: list[Fact]) -> int:
    """How many facts are there more often than once."""
    return len(facts) - len(set(facts))


def inversions(facts: Iterable[Fact]) -> int:
    """How often a key's number came after a higher one of that key; a repetition is no inversion."""
    highest: dict[UUID, int] = defaultdict(int)
    seen: set[Fact] = set()
    found = 0
    for key, number in facts:
        if (key, number) not in seen and number < highest[key]:
            found += 1
        seen.add((key, number))
        highest[key] = max(highest[key], number)
    return found


async def facts(url: str, query: str) -> list[Fact]:
    """Run a query for (key, number) rows."""
    connection = await asyncpg.connect(url)
    try:
        return [(row[0], row[1]) for row in await connection.fetch(query)]
    finally:
        await connection.close()


async def overlaps(url: str) -> int:
    """How many pairs of claims on one resource overlap."""
    connection = await asyncpg.connect(url)
    try:
        found = await connection.fetchval(
            """select count(*) from claim a join claim b
            on a.resource = b.resource and a.during && b.during and a.ctid < b.ctid"""
        )
    finally:
        await connection.close()
    return int(found)


async def count(shop: str, post: str, confirmed: list[Fact], orphans: int) -> Count:
    """Count everything. The databases must be up and at rest."""
    said = await facts(shop, "select customer_id, number from said")
    done = await facts(post, "select customer_id, number from effect order by id")
    back = await facts(shop, "select customer_id, number from came_back order by id")
    return Count(
        confirmed=len(confirmed),
        said=len(said),
        effects=len(done),
        came_back=len(back),
        lost=len(set(confirmed) - set(said)) + len(set(said) - set(done)) + len(set(said) - set(back)),
        doubled=doubled(done) + doubled(back),
        out_of_order=inversions(done) + inversions(back),
        overlapping=await overlaps(shop),
        orphans=orphans,
    )
