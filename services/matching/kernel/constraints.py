"""Hard constraints of one pair: yes, no or unknown, each with the bit of its reason; never traded against a score."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.matching.kernel.compiled import compiled

# Bits in the order of codes.CONSTRAINTS.
LICENCE, LANGUAGE, SHIFT, FORM, HOURS, START, DISTANCE = (1 << bit for bit in range(7))
_UNKNOWN = -(2**31)
_ALWAYS = 2**31 - 1


@compiled
def bits_set(bits: Any) -> int:
    """How many bits are set."""
    count = 0
    while bits != np.uint64(0):
        bits &= bits - np.uint64(1)
        count += 1
    return count


@compiled
def spoken_no_unknown(held_and_lacked: int, needed: int) -> tuple[int, int]:
    """One language: (1, 0) no, (0, 1) unknown, (0, 0) yes. A level that is held but too low is asked about."""
    if (held_and_lacked & 15) >= needed:
        return 0, 0
    lacked = held_and_lacked >> 4
    if lacked > 0 and lacked <= needed:
        return 1, 0
    return 0, 1


@compiled
def distance_no_unknown(p: Any, q: Any) -> tuple[int, int]:
    """Distance as the crow flies at most what both sides accept."""
    if q.east == _UNKNOWN:
        return 0, 0
    reach = np.int64(p.reach)
    if q.reach >= 0 and (reach < 0 or q.reach < reach):
        reach = np.int64(q.reach)
    if p.east == _UNKNOWN or reach < 0:
        return 0, 1
    east, north = np.int64(p.east) - np.int64(q.east), np.int64(p.north) - np.int64(q.north)
    if east * east + north * north > reach * reach:
        return 1, 0
    return 0, 0


@compiled
def languages_no_unknown(
    spoken: NDArray[np.uint8], row: int, q: Any, language: NDArray[np.int32], level: NDArray[np.int32]
) -> tuple[int, int]:
    """How many of the languages asked for are refused, and how many unknown."""
    noes, questions = 0, 0
    for place in range(q.language_at, q.language_at + q.language_count):
        refused, asked = spoken_no_unknown(spoken[row, language[place]], level[place])
        noes += refused
        questions += asked
    return noes, questions


@compiled
def judge(p: Any, q: Any, languages_refused: int, languages_asked: int) -> tuple[int, int, int]:
    """Bits of what is met by no, bits of what is unknown, and the number of questions (one a licence, one a language).

    `p` is a PERSON, `q` a QUERY.
    """
    no, unknown, questions = 0, 0, languages_asked
    if q.need & p.lacked:
        no |= LICENCE
    open_licences = q.need & ~p.held & ~p.lacked
    if open_licences:
        unknown |= LICENCE
        questions += bits_set(open_licences)
    if languages_refused:
        no |= LANGUAGE
    if languages_asked:
        unknown |= LANGUAGE
    if q.shifts:
        if not p.accepts & 16:
            unknown |= SHIFT
            questions += 1
        elif q.shifts & ~p.accepts & 15:
            no |= SHIFT
    if q.form:
        if not p.accepts & 8192:
            unknown |= FORM
            questions += 1
        elif not q.form & (p.accepts >> 8):
            no |= FORM
    if q.hours_min >= 0:
        if p.hours_min < 0:
            unknown |= HOURS
            questions += 1
        elif p.hours_min > q.hours_max or p.hours_max < q.hours_min:
            no |= HOURS
    if q.start != _ALWAYS:
        if p.available == _UNKNOWN:
            unknown |= START
            questions += 1
        elif p.available > q.start:
            no |= START
    far, asked = distance_no_unknown(p, q)
    return no | DISTANCE * far, unknown | DISTANCE * asked, questions + asked
