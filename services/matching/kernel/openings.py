"""Openings as columns, for the other direction: likeness stands by occupation, so that one CV reads few long rows."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.matching.kernel.columns import CvStore
from services.matching.kernel.occupations import FULL
from services.matching.kernel.queries import QUERY, most_by_bit, prepare
from services.matching.kernel.records import Opening
from services.matching.kernel.rules import Rules
from services.matching.kernel.units import sketch

# Points for: a step of likeness, a common bit of skills, all skills, closeness, a bit of nice skills, all, hours.
BOUNDS = 7
ALL = -1.0  # the threshold of a list that is not full: everybody enters


class OpeningColumns(NamedTuple):
    """The arrays that compiled code reads; lengths are openings, except the pools."""

    rows: NDArray[np.void]  # QUERY
    tables: NDArray[np.uint8]  # [occupation, opening] likeness 0–250
    east: NDArray[np.float32]
    north: NDArray[np.float32]
    reach: NDArray[np.float32]
    sketch: NDArray[np.uint64]
    nice_sketch: NDArray[np.uint64]
    bounds: NDArray[np.float32]  # [7, opening] most points, see BOUNDS
    hours: NDArray[np.float32]  # [2, opening] least and most, quarters of an hour
    threshold: NDArray[np.float64]  # the score of the last one in a full list
    alive: NDArray[np.uint8]
    language: NDArray[np.int32]
    level: NDArray[np.int32]
    skill: NDArray[np.int32]
    grains: NDArray[np.int64]


class OpeningStore:
    """All open openings, prepared against the vocabulary of a store of CVs; changed in place, once by (id, version)."""

    def __init__(self, store: CvStore, rules: Rules, capacity: int = 1024) -> None:
        """Begin empty."""
        self.store, self.rules = store, rules
        self.ids: list[str] = []
        self._numbers: dict[str, int] = {}
        self._versions: dict[str, int] = {}
        self._free: list[int] = []
        self._used = {"language": 0, "skill": 0}
        self.columns = OpeningColumns(
            rows=np.zeros(capacity, QUERY), tables=np.zeros((store.occupations.size, capacity), np.uint8),
            east=np.zeros(capacity, np.float32), north=np.zeros(capacity, np.float32),
            reach=np.zeros(capacity, np.float32), sketch=np.zeros(capacity, np.uint64),
            nice_sketch=np.zeros(capacity, np.uint64),
            bounds=np.zeros((BOUNDS, capacity), np.float32),
            hours=np.zeros((2, capacity), np.float32), threshold=np.full(capacity, ALL),
            alive=np.zeros(capacity, np.uint8), language=np.zeros(capacity, np.int32),
            level=np.zeros(capacity, np.int32), skill=np.zeros(8 * capacity, np.int32),
            grains=np.zeros(8 * capacity, np.int64),
        )  # fmt: skip

    def __len__(self) -> int:
        """How many openings can be found."""
        return len(self._numbers)

    @property
    def bytes(self) -> int:
        """The memory of all columns."""
        return sum(array.nbytes for array in self.columns)

    def number(self, opening_id: str) -> int | None:
        """Where an opening stands."""
        return self._numbers.get(opening_id)

    def put(self, opening: Opening) -> bool:
        """Write an opening; False when this or a newer version was here before. Raises UnknownCode."""
        if opening.version <= self._versions.get(opening.id, -1):
            return False
        prepared = prepare((opening,), self.store, self.rules)
        number = self._numbers.get(opening.id)
        if number is None:
            number = self._new_number(opening.id)
        self._fit_tables()
        row = prepared.rows[0]
        at = int(row["nice_at"])
        row["language_at"] = self._add("language", ("language", prepared.language), ("level", prepared.level))
        skill_at = self._add("skill", ("skill", prepared.skill), ("grains", prepared.grains))
        row["skill_at"], row["nice_at"] = row["skill_at"] + skill_at, row["nice_at"] + skill_at
        c = self.columns
        c.rows[number] = row
        c.tables[:, number] = 0
        c.tables[: prepared.tables.shape[1], number] = prepared.tables[0]
        c.east[number], c.north[number], c.reach[number] = row["east"], row["north"], row["reach"]
        c.sketch[number] = row["sketch"]
        nice = prepared.skill[at : at + int(row["nice_count"])].tolist()
        grains = prepared.grains[at : at + int(row["nice_count"])].tolist()
        c.nice_sketch[number] = sketch(nice)
        c.bounds[:, number] = _bounds(row, most_by_bit(dict(zip(nice, grains, strict=True))))
        c.hours[:, number] = row["hours_min"], row["hours_max"]
        c.threshold[number], c.alive[number] = ALL, 1
        self._versions[opening.id] = opening.version
        return True

    def remove(self, opening_id: str, version: int) -> bool:
        """Take an opening away; an older version that comes later does not bring it back."""
        if version <= self._versions.get(opening_id, -1):
            return False
        self._versions[opening_id] = version
        number = self._numbers.pop(opening_id, None)
        if number is not None:
            self.columns.alive[number] = 0
            self._free.append(number)
        return True

    def note_list(self, opening_id: str, scores: list[float], top: int) -> None:
        """Remember who is last in an opening's list of `top`: below that, a changed CV need not be looked at."""
        number = self._numbers.get(opening_id)
        if number is not None:
            self.columns.threshold[number] = scores[-1] if len(scores) >= top else ALL

    def fit(self) -> None:
        """Make room for occupations and languages that were numbered since."""
        self.store.hear_languages()
        self._fit_tables()

    def _new_number(self, opening_id: str) -> int:
        if self._free:
            number = self._free.pop()
            self.ids[number] = opening_id
        else:
            number = len(self.ids)
            if number == len(self.columns.alive):
                self._grow()
            self.ids.append(opening_id)
        self._numbers[opening_id] = number
        return number

    def _grow(self) -> None:
        size = 2 * len(self.columns.alive)
        names = ("rows", "east", "north", "reach", "sketch", "nice_sketch", "threshold", "alive")
        more = ((0, 0), (0, size - len(self.columns.alive)))
        longer = {name: _longer(getattr(self.columns, name), size) for name in names}
        longer |= {name: np.pad(getattr(self.columns, name), more) for name in ("tables", "bounds", "hours")}
        self.columns = self.columns._replace(**longer)

    def _fit_tables(self) -> None:
        missing = self.store.occupations.size - len(self.columns.tables)
        if missing > 0:
            self.columns = self.columns._replace(tables=np.pad(self.columns.tables, ((0, missing + 64), (0, 0))))

    def _add(self, pool: str, *lists: tuple[str, NDArray[Any]]) -> int:
        at = self._used[pool]
        self._used[pool] += len(lists[0][1])
        for name, values in lists:
            have = getattr(self.columns, name)
            if self._used[pool] > len(have):
                self.columns = self.columns._replace(**{name: _longer(have, 2 * self._used[pool])})
            getattr(self.columns, name)[at : at + len(values)] = values
        return at


def _bounds(row: np.void, nice_grains: int) -> tuple[float, ...]:
    w, total, nice_total = row["weights"], int(row["skill_total"]), int(row["nice_total"])
    by_bit = float(w[3]) * int(row["most_grains"]) / total if total else 0.0
    by_nice_bit = float(w[4]) * nice_grains / nice_total if nice_total else 0.0
    by_likeness = float(w[0] + w[1] + w[2]) / FULL
    return by_likeness, by_bit, float(w[3]), float(w[5]), by_nice_bit, float(w[4]), float(w[6])


def _longer(array: NDArray[Any], size: int) -> NDArray[Any]:
    longer = np.zeros(size, array.dtype)
    longer[: len(array)] = array
    return longer
