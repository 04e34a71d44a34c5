"""The town's people in the demo: invented citizens and staff, told to people over its own API, each once.

Numbers have 60 added to the day of birth and are never issued; addresses end in `.example`, which nobody can own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2

from deploy.embedded import personas

PURPOSE = "demodata"
# Those one can log in as, with the words for the demo's box: the identity provider vouches for the same ones.
PERSONAS = personas.ALL
TEAMS = ("Team Nord", "Team Syd", "Borgerservice")


@dataclass(frozen=True)
class DemoStaff:
    """A member of staff; the personas among them can log in."""

    login: str
    name: str
    team: str
    roles: tuple[str, ...]


@dataclass(frozen=True)
class DemoCitizen:
    """A citizen: contact group as in people's code list, days since the registration, and what is special."""

    cpr: str
    name: str
    group: str
    days: int
    language: str = "da"
    has_email: bool = True
    digital_post: str = "registered"
    protected: bool = False

    def told(self, today: datetime, number: int) -> dict[str, Any]:
        """Return the registration as people's API takes it; every other one can be texted."""
        day = today.date()
        first, *_, last = self.name.lower().translate(_ASCII).split()
        told: dict[str, Any] = {
            "cpr": self.cpr,
            "name": self.name,
            "contact_group": self.group,
            "registered_on": (day - timedelta(days=self.days)).isoformat(),
            "language": self.language,
            "digital_post": self.digital_post,
        }
        if self.has_email:
            told["email"] = f"{first}.{last}@borger.example"
        if number % 2 == 0:
            told["mobile"] = f"+4570102{number:03}"
        if self.protected:
            told["protected_until"] = (day + timedelta(days=365)).isoformat()
        return told


_ASCII = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "é": "e"})
_TEAM_OF = {"mette": "Team Nord", "sara": "Team Nord", "ole": "Team Nord", "jens": "Borgerservice"}
STAFF = (
    *(
        DemoStaff(
            one.login,
            one.name,
            _TEAM_OF.get(one.login, "Borgerservice"),
            tuple(personas.ROLE_MAPPING[role] for role in one.roles),
        )
        for one in personas.STAFF
    ),
    DemoStaff("henrik", "Henrik Sommer", "Team Nord", ("caseworker",)),
    DemoStaff("lone", "Lone Dalgaard", "Team Nord", ("caseworker",)),
    DemoStaff("yasmin", "Yasmin Haddad", "Team Syd", ("caseworker",)),
    DemoStaff("torben", "Torben Ærø", "Team Syd", ("caseworker",)),
    DemoStaff("pia", "Pia Østergaard", "Team Syd", ("caseworker", "team_leader")),
    DemoStaff("kasper", "Kasper Lund", "Borgerservice", ("frontdesk",)),
)
# Contact group, and days since the registration.
_REGISTERED = {"amina": ("2", 40), "bo": ("1", 75), "clara": ("6", 120)}
CITIZENS = (
    *(DemoCitizen(one.cpr, one.name, *_REGISTERED[one.subject]) for one in personas.CITIZENS),
    DemoCitizen("6204680412", "Dagmar Ørsted", "2", 15, has_email=False, digital_post="exempt"),
    DemoCitizen("7512901523", "Emil Åkjær", "1", 9),
    DemoCitizen("6609932634", "Freja Nørby", "4", 33),
    DemoCitizen("8901853745", "Gustav Bech", "2", 61),
    DemoCitizen("7107774856", "Halima Warsame", "2", 27, language="so"),
    DemoCitizen("6302691961", "Ivar Kjeldgaard", "6", 88),
    DemoCitizen("8410882072", "Julia Nowak", "1", 21, language="en"),
    DemoCitizen("7806953183", "Karim Aziz", "3", 140, language="ar"),
    DemoCitizen("6503714294", "Lis Abildgaard", "9", 210),
    DemoCitizen("9108843305", "Mads Overgaard", "1", 5),
    DemoCitizen("6911961416", "Nanna Skov", "5", 52),
    DemoCitizen("8005662527", "Orla Thestrup", "6", 97, has_email=False, digital_post="exempt"),
    DemoCitizen("7301913638", "Petra Elkjær", "2", 18, protected=True),
    DemoCitizen("6807894749", "Qasim Rahimi", "2", 44, language="fa"),
    DemoCitizen("8209751850", "Rasmus Hvid", "7", 160),
    DemoCitizen("7604921961", "Signe Lauge", "1", 30),
    DemoCitizen("6112801072", "Tobias Grønkjær", "2", 66),
    DemoCitizen("8506732183", "Ulla Vestbo", "8", 240),
    DemoCitizen("7908973294", "Viktor Melnyk", "2", 12, language="uk"),
    DemoCitizen("6702844305", "Wilma Stål", "1", 8, language="en"),
    DemoCitizen("8803911416", "Xenia Brodal", "4", 37),
    DemoCitizen("7410701527", "Ylva Rosendal", "6", 71),
    DemoCitizen("6606861638", "Zacharias Holt", "2", 25),
    DemoCitizen("8312941749", "Ærlig Mosegård", "5", 58),
    DemoCitizen("7205789850", "Øjvind Krag", "3", 133),
    DemoCitizen("6908921961", "Åse Bundgaard", "1", 14),
    DemoCitizen("8611833072", "Bilal Demir", "2", 49, language="tr"),
)


async def seed(people_url: str, token: Callable[..., str]) -> dict[str, int]:
    """Register the demo's teams, staff and citizens with people; what is there already stays; return what was new.

    `token` is `TokenIssuer(private key of "jobvej", "jobvej").token`. May be repeated and broken off at any time.
    Raises httpx2.HTTPError when people does not answer, or refuses something for another reason than knowing it.
    """
    async with httpx2.AsyncClient(base_url=people_url, timeout=10) as client:
        town = _Town(client, token)
        return {"teams": await town.teams(), "staff": await town.staff(), "citizens": await town.citizens()}


class _Town:
    """Asks people in the roles that may."""

    def __init__(self, client: httpx2.AsyncClient, token: Callable[..., str]) -> None:
        self._client, self._token = client, token

    async def _ask(self, role: str, method: str, path: str, body: Any = None) -> httpx2.Response:
        bearer = self._token(audience="people", role=role, purpose=PURPOSE)
        answer = await self._client.request(method, path, json=body, headers={"Authorization": f"Bearer {bearer}"})
        if answer.status_code != 409:
            answer.raise_for_status()
        return answer

    async def teams(self) -> int:
        answers = [await self._ask("operations", "POST", "/teams", {"name": name}) for name in TEAMS]
        return _new(answers)

    async def staff(self) -> int:
        team_id = {team["name"]: team["team_id"] for team in (await self._ask("operations", "GET", "/teams")).json()}
        answers = [
            await self._ask(
                "operations",
                "POST",
                "/staff",
                {"login": one.login, "name": one.name, "team_id": team_id[one.team], "roles": list(one.roles)},
            )
            for one in STAFF
        ]
        return _new(answers)

    async def citizens(self) -> int:
        now = datetime.now(UTC)
        answers = [
            await self._ask("team_leader", "POST", "/citizens", one.told(now, number))
            for number, one in enumerate(CITIZENS)
        ]
        return _new(answers)


def _new(answers: list[httpx2.Response]) -> int:
    return sum(answer.status_code == 201 for answer in answers)
