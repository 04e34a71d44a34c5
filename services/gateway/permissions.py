"""Who may what: ONE table from route name to roles and reason. A route that is not in it refuses to start."""

from collections.abc import Iterable
from dataclasses import dataclass

PUBLIC = "public"  # also without a login
CITIZEN = "citizen"
FRONTDESK = "frontdesk"
CASEWORKER = "caseworker"
BUSINESS = "business_consultant"
LEADER = "team_leader"
OPERATIONS = "operations"
EVERYBODY = (CITIZEN, FRONTDESK, CASEWORKER, BUSINESS, LEADER, OPERATIONS)


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may use a route, and why they look: the purpose goes with every call to a service and into its access log.

    `counts` says how many calls one person (or, before login, one address) may make a minute; None is no limit.
    """

    roles: tuple[str, ...]
    purpose: str = ""
    counts: int | None = None


def only(*roles: str, purpose: str = "", counts: int | None = None) -> Rule:
    """Make a rule that lets these roles through."""
    return Rule(roles, purpose, counts)


PUBLIC_PAGES = {
    "livez": only(PUBLIC),
    "readyz": only(PUBLIC),
    "metrics": only(PUBLIC),
    "front": only(PUBLIC),
    "accessibility": only(PUBLIC),
    "language": only(PUBLIC),
    "login": only(PUBLIC, counts=60),
    "login.answer": only(PUBLIC, purpose="login", counts=60),
    "logout": only(PUBLIC),
    "logout.done": only(PUBLIC),
    "visit.extend": only(*EVERYBODY),
    "visit.still-here": only(*EVERYBODY),
}
CITIZEN_PAGES = {
    "citizen.start": only(CITIZEN, purpose="forside"),
    "book.topic": only(CITIZEN, purpose="selvbooking"),
    "book.topic.answer": only(CITIZEN, purpose="selvbooking", counts=40),
    "book.time": only(CITIZEN, purpose="selvbooking", counts=90),
    "book.time.answer": only(CITIZEN, purpose="selvbooking", counts=40),
    "book.reminder": only(CITIZEN, purpose="selvbooking"),
    "book.reminder.answer": only(CITIZEN, purpose="selvbooking", counts=40),
    "book.check": only(CITIZEN, purpose="selvbooking", counts=40),
    "book.check.answer": only(CITIZEN, purpose="selvbooking", counts=20),
    "meetings": only(CITIZEN, purpose="egne-aftaler"),
    "meeting": only(CITIZEN, purpose="egne-aftaler"),
    "meeting.receipt": only(CITIZEN, purpose="egne-aftaler"),
    "meeting.calendar": only(CITIZEN, purpose="egne-aftaler"),
    "meeting.move": only(CITIZEN, purpose="selvbooking", counts=90),
    "meeting.move.answer": only(CITIZEN, purpose="selvbooking", counts=20),
    "meeting.cancel": only(CITIZEN, purpose="selvbooking"),
    "meeting.cancel.answer": only(CITIZEN, purpose="selvbooking", counts=20),
    "insight": only(CITIZEN, purpose="egen-indsigt"),
    "contact": only(CITIZEN, purpose="egne-kontaktvalg"),
    "contact.answer": only(CITIZEN, purpose="egne-kontaktvalg", counts=20),
}
# Pages for staff: caseworker, front desk and operations.
# Where a person holds several roles they act in the first that is named.
_MEETS = (CASEWORKER, LEADER, FRONTDESK)
_DECIDES = (CASEWORKER, LEADER)
_COVERS = (LEADER, FRONTDESK)
STAFF_PAGES: dict[str, Rule] = {
    "day": only(CASEWORKER, purpose="dagsliste"),
    "day.live": only(CASEWORKER, purpose="dagsliste"),
    "hours": only(CASEWORKER, purpose="egen arbejdstid"),
    "hours.answer": only(CASEWORKER, purpose="egen arbejdstid", counts=40),
    "absence.answer": only(CASEWORKER, purpose="egen arbejdstid", counts=40),
    "absence.delete": only(CASEWORKER, purpose="egen arbejdstid", counts=40),
    "colleague-absence": only(*_COVERS, purpose="kollegers fravær"),
    "colleague-absence.answer": only(*_COVERS, purpose="kollegers fravær", counts=40),
    "colleague-absence.delete": only(*_COVERS, purpose="kollegers fravær", counts=40),
    "tasks": only(*_MEETS, purpose="opgaveliste"),
    "tasks.take": only(*_MEETS, purpose="opgaveliste", counts=90),
    "tasks.done": only(*_MEETS, purpose="opgaveliste", counts=90),
    # About one citizen: the reason is chosen by the person, or given by the task at hand (frontdesk/reasons.py).
    "citizens": only(*_MEETS),
    "citizens.find": only(*_MEETS, counts=60),
    "citizens.open": only(*_MEETS, counts=60),
    "citizen": only(*_MEETS),
    "citizen.contact": only(*_MEETS),
    "citizen.contact.answer": only(*_MEETS, counts=40),
    "citizen.book": only(*_MEETS, counts=90),
    "citizen.book.answer": only(*_MEETS, counts=40),
    "citizen.move": only(*_MEETS, counts=90),
    "citizen.move.answer": only(*_MEETS, counts=40),
    "citizen.cancel": only(*_MEETS),
    "citizen.cancel.answer": only(*_MEETS, counts=40),
    "citizen.exemption": only(*_DECIDES),
    "citizen.exemption.answer": only(*_DECIDES, counts=40),
    "citizen.exemption.end": only(*_DECIDES, counts=40),
    "operations": only(OPERATIONS, purpose="drift"),
    "operations.live": only(OPERATIONS, purpose="drift"),
    "dead-letters": only(OPERATIONS, purpose="drift"),
    "dead-letter": only(OPERATIONS, purpose="drift"),
}
RULES: dict[str, Rule] = {**PUBLIC_PAGES, **CITIZEN_PAGES, **STAFF_PAGES}


def check_complete(names: Iterable[str]) -> None:
    """Refuse to start when the table and the routes differ. Raises RuntimeError naming the difference."""
    found = list(names)
    undeclared = sorted(set(found) - set(RULES))
    unused = sorted(set(RULES) - set(found))
    doubled = sorted({name for name in found if found.count(name) > 1})
    if undeclared or unused or doubled:
        raise RuntimeError(f"permissions.py: undeclared {undeclared}, unused {unused}, used twice {doubled}")


def acting_role(rule: Rule, roles: Iterable[str]) -> str | None:
    """Return the role in which somebody with `roles` may act under this rule; None when they may not."""
    held = set(roles)
    return next((role for role in rule.roles if role in held), None)
