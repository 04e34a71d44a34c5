"""What a pair's parts and constraints concern, put into the phrases of both languages."""

from collections.abc import Mapping, Sequence

from services.matching.kernel.phrases import (
    FORMS,
    LANGUAGES,
    LICENCES,
    NO_QUESTIONS,
    NOT_ASKED,
    PART_PHRASES,
    SHIFTS,
    Words,
)
from services.matching.kernel.records import Cv, Language, Opening
from services.matching.kernel.rules import PARTS, QUESTIONS

Labels = Mapping[str, Words]  # concept → its label in Danish and in English


def part_words(part: str, opening: Opening, cv: Cv, points: float, most: float, labels: Labels) -> Words:
    """One sentence in each language about one part of the score."""
    if part in PARTS and not most:
        return NOT_ASKED
    phrase = NO_QUESTIONS if part == QUESTIONS and not points else PART_PHRASES[part]
    wanted = [each.skill for each in (opening.nice_skills if part == "nice_skills" else opening.skills)]
    held = {skill.strip().casefold() for skill in cv.skills}
    met = ", ".join(skill for skill in wanted if skill.strip().casefold() in held)
    gap = ", ".join(skill for skill in wanted if skill.strip().casefold() not in held)
    named = [labels.get(each.concept, (each.concept, each.concept)) for each in opening.occupations]
    share = round(100 * points / most) if most else 0
    danish, english = phrase
    return (
        danish.format(
            about=", ".join(label[0] for label in named), share=share, met=met or "ingen", gap=gap or "ingen"
        ),
        english.format(about=", ".join(label[1] for label in named), share=share, met=met or "none", gap=gap or "none"),
    )


def concerned(code: str, opening: Opening, cv: Cv, *, refused: bool) -> tuple[str, Words]:
    """What exactly a constraint is about: a code, and the words for it."""
    if code == "shift":
        missing = [shift for shift in opening.shifts if not refused or shift not in (cv.shifts or ())]
        return ",".join(missing), _joined(missing)
    if code == "form":
        form = opening.form or ""
        return form, FORMS.get(form, (form, form))
    if code == "hours":
        least, most = opening.hours_min or 0.0, 80.0 if opening.hours_max is None else opening.hours_max
        span = f"{least:g}–{most:g}" if least != most else f"{least:g}"
        return span, (f"{span} timer om ugen", f"{span} hours a week")
    if code == "start":
        moment = cv.available_from if refused else opening.start_by
        when = "" if moment is None else moment.isoformat()
        return when, (when, when)
    return "distance", _reach(opening, cv)


def licence_words(code: str) -> Words:
    """A licence in both languages."""
    return LICENCES.get(code, (code, code))


def language_words(wanted: Language) -> tuple[str, Words]:
    """A language at a level: its code and its words."""
    danish, english = LANGUAGES.get(wanted.language, (wanted.language, wanted.language))
    level = wanted.level.upper()
    return f"{wanted.language}:{wanted.level}", (f"{danish} (mindst {level})", f"{english} (at least {level})")


def _joined(shifts: Sequence[str]) -> Words:
    return ", ".join(SHIFTS[shift][0] for shift in shifts), ", ".join(SHIFTS[shift][1] for shift in shifts)


def _reach(opening: Opening, cv: Cv) -> Words:
    limits = [limit for limit in (opening.reach_km, cv.reach_km) if limit is not None]
    if not limits:
        return "afstanden er ikke kendt", "the distance is not known"
    return f"længere end {min(limits):g} km", f"more than {min(limits):g} km"
