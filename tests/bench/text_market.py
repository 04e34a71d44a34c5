"""A market of written adverts and CVs with known truth, drawn from a seed; shares no code with the matching kernel.

The rules of the generator:
1. Occupations come from the shipped ESCO tables. A market has 25 of them that several people have, in pairs from one
   ISCO group, and 60 % of the adverts are about one of those; every other person has an occupation of their own.
2. An advert is written in Danish (60 %) or English. Its title is any label of its occupation in that language, half
   of the time inside other words ("… søges til Aarhus", "2 × …"). The text has three to five tasks of the field, two
   requirements and two to five sentences that any advert has.
3. A CV is written in its own language (70 % Danish): two or three jobs, the first of the person's occupation under
   *another* label than the advert's where there is one, later ones of the same ISCO group; tasks of the field in the
   person's own words (each task has several ways to be said, in both languages); sentences that any CV has. One CV in
   six has a typing error in its title; one in four carries name, age, telephone and mail.
4. Distractors: one CV in five names the title of an advert that is not the person's ("worked with a …", "my mother is
   a …", "led by a …").
5. Truth: 3 the same occupation and the required licence or none required; 2 the same occupation; 1 the same ISCO
   group of four digits; 0 otherwise. Gain is 2^grade - 1.
"""

import csv
import io
import lzma
import random
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.text_market_words import ADVERT_NOISE, CV_NOISE, FIELDS, LICENCES, NAMES, TOWNS

DATA = Path(__file__).parents[2] / "services" / "matching" / "data"
Labels = dict[str, dict[str, list[str]]]  # concept → language → labels


@dataclass(frozen=True)
class Text:
    """One advert or CV."""

    id: str
    language: str
    text: str


@dataclass
class TextMarket:
    """Adverts, CVs, and the grade of each pair that has one."""

    adverts: list[Text] = field(default_factory=list)
    cvs: list[Text] = field(default_factory=list)
    grades: dict[tuple[str, str], int] = field(default_factory=dict)


@dataclass(frozen=True)
class Person:
    """What the generator knows of a CV."""

    concept: str
    group: str
    licence: str | None


def table(language: str) -> dict[str, tuple[str, list[str]]]:
    """Concept → ISCO group and labels."""
    text = lzma.decompress((DATA / f"occupations_{language}.csv.xz").read_bytes()).decode()
    rows = csv.DictReader(io.StringIO(text))
    return {
        row["conceptUri"]: (row["iscoGroup"], [row["preferredLabel"], *filter(None, row["altLabels"].split("\n"))])
        for row in rows
    }


def labels() -> tuple[Labels, dict[str, str]]:
    """Labels in both languages, and the ISCO group of each concept that has one."""
    danish, english = table("da"), table("en")
    both = sorted(concept for concept in danish.keys() & english.keys() if len(danish[concept][0]) >= 4)
    return (
        {concept: {"da": danish[concept][1], "en": english[concept][1]} for concept in both},
        {concept: danish[concept][0][:4] for concept in both},
    )


class Writer:
    """Writes one market."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.labels, self.groups = labels()
        self.concepts = sorted(self.labels)
        by_group: dict[str, list[str]] = {}
        for concept in self.concepts:
            by_group.setdefault(self.groups[concept], []).append(concept)
        self.by_group = by_group

    def market(self, adverts: int, cvs: int) -> TextMarket:
        """So many adverts and CVs with their truth."""
        chance, market = self.chance, TextMarket()
        shared = self._shared(25)
        people = [chance.choice(shared) if chance.random() < 0.6 else chance.choice(self.concepts) for _ in range(cvs)]
        wanted = [chance.choice(shared) if chance.random() < 0.6 else chance.choice(people) for _ in range(adverts)]
        needs = [chance.choice(sorted(LICENCES)) if chance.random() < 0.3 else None for _ in wanted]
        titles = []
        for number, (concept, need) in enumerate(zip(wanted, needs, strict=True)):
            text, title = self.advert(f"advert-{number}", concept, need)
            market.adverts.append(text)
            titles.append((concept, title))
        for number, concept in enumerate(people):
            licence = chance.choice(sorted(LICENCES)) if chance.random() < 0.5 else None
            market.cvs.append(self.cv(f"cv-{number}", concept, licence, titles))
            for i, (other, need) in enumerate(zip(wanted, needs, strict=True)):
                grade = self.grade(other, need, Person(concept, self.groups[concept], licence))
                if grade:
                    market.grades[f"advert-{i}", f"cv-{number}"] = grade
        return market

    def grade(self, wanted: str, need: str | None, person: Person) -> int:
        """Rule 5."""
        if person.concept == wanted:
            return 3 if need is None or need == person.licence else 2
        return int(person.group == self.groups[wanted])

    def advert(self, name: str, concept: str, need: str | None) -> tuple[Text, str]:
        """Rule 2; returns the title too."""
        chance = self.chance
        language = "da" if chance.random() < 0.6 else "en"
        title = chance.choice(self.labels[concept][language])
        town = chance.choice(TOWNS)
        frames = {
            "da": ["{t}", "{t} søges til {by}", "2 × {t}", "Er du vores nye {t}?", "{t} – 37 timer, {by}"],
            "en": ["{t}", "{t} wanted in {by}", "2 x {t}", "Are you our new {t}?", "{t}, full time, {by}"],
        }
        head = chance.choice(frames[language]).format(t=title, by=town)
        lines = [head, *self._tasks(concept, language, chance.randint(3, 5))]
        lines += chance.sample(ADVERT_NOISE[language], chance.randint(2, 5))
        if need is not None:
            lines.append({"da": "Vi kræver {}.", "en": "We require {}."}[language].format(LICENCES[need][language]))
        return Text(name, language, lines[0] + "\n\n" + " ".join(self._shuffled(lines[1:]))), title

    def cv(self, name: str, concept: str, licence: str | None, titles: list[tuple[str, str]]) -> Text:
        """Rules 3 and 4."""
        chance = self.chance
        language = "da" if chance.random() < 0.7 else "en"
        advertised = {title for wanted, title in titles if wanted == concept}
        own = [label for label in self.labels[concept][language] if label not in advertised]
        title = chance.choice(own or self.labels[concept][language])
        title = self._mistyped(title) if chance.random() < 1 / 6 else title
        jobs = [title] + [
            chance.choice(self.labels[chance.choice(self.by_group[self.groups[concept]])][language])
            for _ in range(chance.randint(1, 2))
        ]
        since = {"da": "{t}, {a}–{b}", "en": "{t}, {a} to {b}"}[language]
        end, lines = 2026, []
        for job in jobs:
            begin = end - chance.randint(1, 6)
            lines.append(since.format(t=job, a=begin, b=end))
            end = begin
        lines += self._tasks(concept, language, chance.randint(2, 5)) + chance.sample(
            CV_NOISE[language], chance.randint(2, 5)
        )
        if licence is not None:
            lines.append({"da": "Jeg har {}.", "en": "I hold {}."}[language].format(LICENCES[licence][language]))
        if chance.random() < 0.2:
            _, other = chance.choice([each for each in titles if each[0] != concept] or titles)
            away = {
                "da": ["Har samarbejdet med en {}.", "Min mor er {}.", "Ledet af en {}."],
                "en": ["Worked closely with a {}.", "My mother is a {}.", "Led by a {}."],
            }
            lines.append(chance.choice(away[language]).format(other))
        head = self._contact(language) if chance.random() < 0.25 else ""
        return Text(name, language, head + "\n".join([lines[0], *self._shuffled(lines[1:])]))

    def _shared(self, count: int) -> list[str]:
        """Rule 1: pairs from one group."""
        groups = [group for group, concepts in sorted(self.by_group.items()) if len(concepts) > 1]
        chosen = self.chance.sample(groups, count // 2)
        return [concept for group in chosen for concept in self.chance.sample(self.by_group[group], 2)]

    def _tasks(self, concept: str, language: str, count: int) -> list[str]:
        """Sentences of the field of work, each in one of its ways to be said."""
        tasks = FIELDS[max((key for key in FIELDS if self.groups[concept].startswith(key)), key=len, default="")]
        return [self.chance.choice(task[language]) for task in self.chance.sample(tasks, min(count, len(tasks)))]

    def _contact(self, language: str) -> str:
        name, age = self.chance.choice(NAMES), self.chance.randint(19, 66)
        years = {"da": f"{age} år", "en": f"{age} years old"}[language]
        mail = name.lower().replace(" ", ".")
        return f"{name}, {years}, tlf. {self.chance.randint(20, 99)} 11 22 33, {mail}@example.dk\n"

    def _mistyped(self, title: str) -> str:
        if len(title) < 4:
            return title
        at = self.chance.randrange(1, len(title) - 1)
        return self.chance.choice((title[:at] + title[at + 1 :], title[:at] + title[at] + title[at:]))

    def _shuffled(self, lines: list[str]) -> list[str]:
        return self.chance.sample(lines, len(lines))
