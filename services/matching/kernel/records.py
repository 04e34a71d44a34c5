"""What the matcher may know of a CV and of an opening, and nothing else.

There is no field for a name, an age, a gender, a nationality, an address or a photo: what is not there cannot weigh.
"""

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

Key = Annotated[str, Meta(min_length=1, max_length=200)]
Concept = Annotated[str, Meta(min_length=1, max_length=200, description="ESCO occupation, by its URI")]
Skill = Annotated[str, Meta(min_length=1, max_length=200, description="skill, by its URI or its plain word")]
Licence = Annotated[str, Meta(pattern="^[a-z0-9_]{1,40}$", description="a code of `licences`, such as `drive_b`")]
Share = Annotated[float, Meta(ge=0, le=1)]
Hours = Annotated[float, Meta(ge=0, le=80, description="hours a week")]
Kilometres = Annotated[float, Meta(ge=0, le=2_000)]
Years = Annotated[float, Meta(ge=0, le=80)]
Level = Literal["a1", "a2", "b1", "b2", "c1", "c2"]
Shift = Literal["day", "evening", "night", "weekend"]
Form = Literal["ordinary", "wage_subsidy", "internship", "small_hours", "adult_apprentice"]


class Place(Struct, frozen=True, forbid_unknown_fields=True):
    """A point to about a kilometre (two decimals are read): never an address."""

    latitude: Annotated[float, Meta(ge=-90, le=90)]
    longitude: Annotated[float, Meta(ge=-180, le=180)]


class Language(Struct, frozen=True):
    """A language (ISO 639-1) at a level of the Common European Framework."""

    language: Annotated[str, Meta(pattern="^[a-z]{2,3}$")]
    level: Level


class Experience(Struct, frozen=True):
    """Work in an occupation: how many years, and the last year of it. What is not known counts as least."""

    concept: Concept
    years: Years | None = None
    last_year: Annotated[int, Meta(ge=1900, le=2200)] | None = None


class Linked(Struct, frozen=True):
    """An occupation an opening is about, with the share that it is this one; shares sum to at most 1."""

    concept: Concept
    share: Share = 1.0


class Wanted(Struct, frozen=True):
    """A skill an opening asks for, with its weight among the others."""

    skill: Skill
    weight: Annotated[float, Meta(gt=0, le=10)] = 1.0


class Cv(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a person brings and accepts. `None` means: not known, and leads to a question, never to a no."""

    id: Key
    version: Annotated[int, Meta(ge=0)] = 0
    experience: tuple[Experience, ...] = ()
    wishes: tuple[Concept, ...] = ()
    skills: tuple[Skill, ...] = ()
    licences: tuple[Licence, ...] = ()
    without_licences: Annotated[
        tuple[Licence, ...], Meta(description="answered with no; every other licence is unknown")
    ] = ()
    languages: tuple[Language, ...] = ()
    below_languages: Annotated[
        tuple[Language, ...], Meta(description="answered with: not at this level; every other language is unknown")
    ] = ()
    shifts: tuple[Shift, ...] | None = None
    forms: tuple[Form, ...] | None = None
    hours_min: Hours | None = None
    hours_max: Hours | None = None
    available_from: date | None = None
    place: Place | None = None
    reach_km: Kilometres | None = None


class Opening(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an employer asks for. What is not asked for is `None` or empty and weighs nothing."""

    id: Key
    version: Annotated[int, Meta(ge=0)] = 0
    occupations: tuple[Linked, ...] = ()
    skills: tuple[Wanted, ...] = ()
    nice_skills: tuple[Wanted, ...] = ()
    licences: tuple[Licence, ...] = ()
    languages: tuple[Language, ...] = ()
    shifts: tuple[Shift, ...] = ()
    form: Form | None = None
    hours_min: Hours | None = None
    hours_max: Hours | None = None
    start_by: date | None = None
    years: Years | None = None
    place: Place | None = None
    reach_km: Kilometres | None = None


class FreeText(Struct, frozen=True, kw_only=True):
    """A CV or an advert as somebody wrote it."""

    id: Key
    text: str
    language: Annotated[str, Meta(pattern="^[a-z]{2,3}$")] = "da"
    version: Annotated[int, Meta(ge=0)] = 0


def schema() -> dict[str, object]:
    """JSON Schema (2020-12) of one line of `openings.jsonl` and of `cvs.jsonl`."""
    kinds = {"opening": Opening, "cv": Cv, "free_text": FreeText}
    references, components = msgspec.json.schema_components(kinds.values(), ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "One line of openings.jsonl or cvs.jsonl",
        "description": "Fields that are not listed are not read; there are none for name, age, gender or nationality.",
        "anyOf": list(references),
        "$defs": components,
    }
