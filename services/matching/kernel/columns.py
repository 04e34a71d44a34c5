"""CVs as columns: one row per person, changed in place, each change once by (id, version)."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.matching.kernel import codes
from services.matching.kernel.occupations import NONE, OVERFLOW, Occupations
from services.matching.kernel.records import Cv
from services.matching.kernel.units import NO_NUMBER, accepted, day, hours, point, sketch, stronger, tenths, tie

HOT = 4  # occupations a row shows at first sight


PERSON = np.dtype(
    [
        ("held", "u8"),  # licences, with what they imply
        ("lacked", "u8"),  # answered with no, and not held
        ("tie", "u8"),  # decides between equal scores, from the id alone
        ("available", "i4"),  # days since 1970
        ("east", "i4"), ("north", "i4"), ("reach", "i4"),  # tenths of a kilometre
        ("work_at", "i4"), ("wish_at", "i4"), ("skill_at", "i4"),  # where a row's lists begin in the pools
        ("work_count", "i4"), ("wish_count", "i4"), ("skill_count", "i4"),
        ("accepts", "u2"),  # shifts 0–3 and "known" 4; forms 8–12 and "known" 13
        ("hours_min", "i2"), ("hours_max", "i2"),  # quarters of an hour
        ("alive", "u1"),
    ],
    align=True,
)  # fmt: skip
WORK = np.dtype([("concept", "u2"), ("last_year", "i2"), ("years", "f4")])


class Columns(NamedTuple):
    """The arrays that compiled code reads: what every row is judged by first, the whole of a row, and its lists."""

    east: NDArray[np.float32]  # tenths of a kilometre, whole numbers
    north: NDArray[np.float32]
    reach: NDArray[np.float32]
    hot: NDArray[np.uint16]  # [row, 4] distinct occupations of experience and wishes
    sketch: NDArray[np.uint64]  # one bit for each skill, by its number modulo 64
    person: NDArray[np.void]  # PERSON
    spoken: NDArray[np.uint8]  # [row, language] level held in the low four bits, level not held in the high four
    work: NDArray[np.void]  # WORK
    wish: NDArray[np.uint16]
    skill: NDArray[np.int32]


POOLS = ("work", "wish", "skill")


class Numbers:
    """Words that are numbered on first sight, such as skills and languages."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        """Begin with what is known, in the order of its numbers."""
        self._numbers = {word: number for number, word in enumerate(known)}

    def __len__(self) -> int:
        """How many there are."""
        return len(self._numbers)

    def of(self, word: str) -> int:
        """The number of a word, case and outer space aside."""
        return self._numbers.setdefault(word.strip().casefold(), len(self._numbers))

    def words(self) -> list[str]:
        """All words, in the order of their numbers."""
        return list(self._numbers)


class CvStore:
    """All CVs of a process. Not for several writing threads; readers take `columns` anew for each ranking."""

    def __init__(self, occupations: Occupations, capacity: int = 1024) -> None:
        """Begin empty; the columns double when they are full."""
        self.occupations = occupations
        self.skills, self.languages = Numbers(), Numbers()
        self.ids: list[str] = []
        self.columns = _empty(capacity, 8, 4 * capacity)
        self._rows: dict[str, int] = {}
        self._versions: dict[str, int] = {}
        self._free: list[int] = []
        self._used = {"work": 0, "wish": 0, "skill": 0}

    @classmethod
    def restored(
        cls, occupations: Occupations, columns: Columns, skills: Numbers, languages: Numbers, *, ids: list[str],
        rows: dict[str, int], versions: dict[str, int], free: list[int], used: dict[str, int],
    ) -> "CvStore":  # fmt: skip
        """A store from what `state` and `columns` said of another."""
        store = cls(occupations, 1)
        store.columns, store.skills, store.languages, store.ids = columns, skills, languages, ids
        store._rows, store._versions, store._free, store._used = rows, versions, free, used
        return store

    def state(self) -> dict[str, Any]:
        """All that is not in the columns."""
        return {
            "ids": self.ids, "rows": self._rows, "versions": self._versions, "free": self._free, "used": self._used,
            "skills": self.skills.words(), "languages": self.languages.words(),
            "concepts": self.occupations.concepts(),
        }  # fmt: skip

    def __len__(self) -> int:
        """How many CVs can be found."""
        return len(self._rows)

    @property
    def rows(self) -> int:
        """How many rows are in use or were: compiled code walks over these."""
        return len(self.ids)

    @property
    def bytes(self) -> int:
        """The memory of all columns."""
        return sum(array.nbytes for array in self.columns)

    def row(self, cv_id: str) -> int | None:
        """Where a CV stands."""
        return self._rows.get(cv_id)

    def put(self, cv: Cv) -> bool:
        """Write a CV; False when this or a newer version was here before. Raises UnknownCode, nothing written then."""
        if cv.version <= self._versions.get(cv.id, -1):
            return False
        held = codes.held_bits(cv.licences)
        lacked = codes.licence_bits(cv.without_licences) & ~held
        row = self._rows.get(cv.id)
        if row is None:
            row = self._new_row(cv.id)
        self._write(row, cv, held, lacked)
        self._versions[cv.id] = cv.version
        return True

    def remove(self, cv_id: str, version: int) -> bool:
        """Take a CV away; an older version that comes later does not bring it back."""
        if version <= self._versions.get(cv_id, -1):
            return False
        self._versions[cv_id] = version
        row = self._rows.pop(cv_id, None)
        if row is not None:
            self.columns.person[row]["alive"] = 0
            self._free.append(row)
        return True

    def hear_languages(self) -> None:
        """Give every numbered language its column."""
        while len(self.languages) > self.columns.spoken.shape[1]:
            more = np.zeros_like(self.columns.spoken)
            self.columns = self.columns._replace(spoken=np.concatenate([self.columns.spoken, more], axis=1))

    def _new_row(self, cv_id: str) -> int:
        if self._free:
            row = self._free.pop()
            self.ids[row] = cv_id
        else:
            row = len(self.ids)
            if row == len(self.columns.person):
                self._grow_rows()
            self.ids.append(cv_id)
        self._rows[cv_id] = row
        for name in POOLS:
            self.columns.person[row][f"{name}_count"] = 0
        return row

    def _write(self, row: int, cv: Cv, held: int, lacked: int) -> None:
        self._write_languages(row, cv)
        number = self.occupations.number
        work = [
            (number(each.concept), NO_NUMBER if each.last_year is None else each.last_year, each.years or 0.0)
            for each in cv.experience
        ]
        wishes = sorted({number(concept) for concept in cv.wishes})
        skills = sorted({self.skills.of(skill) for skill in cv.skills})
        at = [
            self._write_pool(row, "work", work), self._write_pool(row, "wish", wishes),
            self._write_pool(row, "skill", skills),
        ]  # fmt: skip
        east, north = point(cv.place)
        c = self.columns
        c.person[row] = (
            held, lacked, tie(cv.id), day(cv.available_from), east, north, tenths(cv.reach_km), *at, len(work),
            len(wishes), len(skills), accepted(cv.shifts, cv.forms), *hours(cv.hours_min, cv.hours_max), 1,
        )  # fmt: skip
        c.east[row], c.north[row], c.reach[row] = east, north, tenths(cv.reach_km)
        distinct = list(dict.fromkeys([each[0] for each in work] + wishes))
        shown = distinct if len(distinct) <= HOT else [*distinct[: HOT - 1], OVERFLOW]
        c.hot[row] = shown + [NONE] * (HOT - len(shown))
        c.sketch[row] = sketch(skills)

    def _write_languages(self, row: int, cv: Cv) -> None:
        self.columns.spoken[row] = 0
        for entry, shift in [(each, 0) for each in cv.languages] + [(each, 4) for each in cv.below_languages]:
            number = self.languages.of(entry.language)
            self.hear_languages()
            old = int(self.columns.spoken[row, number])
            self.columns.spoken[row, number] = stronger(old, entry, shift)

    def _write_pool(self, row: int, name: str, values: Sequence[object]) -> int:
        """Write a row's list over its old one, or behind all others where it does not fit; returns where it begins."""
        person = self.columns.person[row]
        at = int(person[f"{name}_at"])
        if len(values) > person[f"{name}_count"]:
            at = self._used[name]
            self._used[name] += len(values)
            self._grow_pool(name)
        pool = getattr(self.columns, name)
        for place, value in enumerate(values, at):
            pool[place] = value
        return at

    def _grow_pool(self, name: str) -> None:
        needed, pool = self._used[name], getattr(self.columns, name)
        if needed > len(pool):
            self.columns = self.columns._replace(**{name: _longer(pool, max(needed, 2 * len(pool)))})

    def _grow_rows(self) -> None:
        size = 2 * len(self.columns.person)
        columns = self.columns._asdict().items()
        self.columns = self.columns._replace(
            **{name: _longer(array, size) for name, array in columns if name not in POOLS}
        )


def _longer(array: NDArray[Any], size: int) -> NDArray[Any]:
    longer = np.zeros((size, *array.shape[1:]), array.dtype)
    longer[: len(array)] = array
    return longer


def _empty(rows: int, languages: int, pool: int) -> Columns:
    return Columns(
        np.zeros(rows, np.float32), np.zeros(rows, np.float32), np.zeros(rows, np.float32),
        np.zeros((rows, HOT), np.uint16), np.zeros(rows, np.uint64), np.zeros(rows, PERSON),
        np.zeros((rows, languages), np.uint8), np.zeros(pool, WORK), np.zeros(pool, np.uint16),
        np.zeros(pool, np.int32),
    )  # fmt: skip
