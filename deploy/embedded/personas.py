"""The people one can log in as in the demo. Invented; the CPR numbers have 60 added to the day and are never issued."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Persona:
    """Somebody the identity provider vouches for: a citizen by CPR number, a member of staff by login and roles."""

    subject: str
    name: str
    is_a: str
    cpr: str = ""
    login: str = ""
    roles: tuple[str, ...] = ()

    def claims(self) -> dict[str, object]:
        """What the identity provider says about them."""
        if self.cpr:
            return {"name": self.name, "cpr": self.cpr}
        return {"name": self.name, "preferred_username": self.login, "roles": list(self.roles)}


CITIZENS = (
    Persona("amina", "Amina Yusuf", "borger", cpr="7403871236"),
    Persona("bo", "Bo Lindgaard", "borger", cpr="6811790317"),
    Persona("clara", "Clara Friis", "borger, fritaget for selvbooking", cpr="8107961148"),
)
STAFF = (
    Persona("mette", "Mette Krogh", "jobkonsulent", login="mette", roles=("jobvej-caseworker",)),
    Persona("jens", "Jens Holm", "receptionen", login="jens", roles=("jobvej-frontdesk",)),
    Persona("sara", "Sara Winther", "virksomhedskonsulent", login="sara", roles=("jobvej-business",)),
    Persona("ole", "Ole Brandt", "teamleder", login="ole", roles=("jobvej-leader",)),
    Persona("dorte", "Dorte Ravn", "drift", login="dorte", roles=("jobvej-operations",)),
)
ALL = CITIZENS + STAFF
# The identity provider's word for a role -> ours: every municipality names its groups itself.
ROLE_MAPPING = {
    "jobvej-caseworker": "caseworker",
    "jobvej-frontdesk": "frontdesk",
    "jobvej-business": "business_consultant",
    "jobvej-leader": "team_leader",
    "jobvej-operations": "operations",
}
