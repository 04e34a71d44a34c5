"""Why a service said no, in the words of who reads it: to citizens "you", to staff "the citizen", in both languages."""

import importlib
import pkgutil

import httpx2
import pytest

import services.booking.model
import services.people.model
from deploy.embedded.demo_data import PURPOSE as DEMO
from services.gateway.pages.citizen.words import PURPOSES
from services.gateway.pages.frontdesk.reasons import REASONS
from services.gateway.permissions import RULES
from services.gateway.web.i18n import gettext, speaking
from services.gateway.web.outcomes import Problem
from services.gateway.web.refusals import refusal
from services.notifications.clients.neighbours import PURPOSE as NOTIFYING
from shared.errors import Refused
from shared.tasks import TaskTaken
from tests.gateway.conftest import Login
from tests.gateway.desk import TASK, told
from tests.gateway.page import Walker
from tests.gateway.town import Town, refused

pytestmark = pytest.mark.anyio
SAID = "Tjenestens egen sætning."
# What no page asks for: imports, staff and templates are kept by other doors.
ELSEWHERE = {
    *("registration-invalid", "citizen-known", "not-registered", "cpr-taken", "contact-group-unknown", "refused"),
    *("import-unreadable", "import-not-found", "import-finished", "staff-not-found", "team-not-found", "team-known"),
    *("login-taken", "staff-invalid", "refused-by-rule", "date-invalid", "internal", "invalid", "forbidden"),
    *("not-found", "unauthenticated"),
}


def slugs() -> set[str]:
    """Every reason for which booking, people or the tasks may say no to a page."""
    for package in (services.booking.model, services.people.model):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    found, todo = {TaskTaken.slug}, [Refused]
    while todo:
        todo += todo.pop().__subclasses__()
        found |= {one.slug for one in todo if one.__module__.startswith(("services.booking", "services.people"))}
    return found - ELSEWHERE


@pytest.mark.parametrize("slug", sorted(slugs()))
def test_every_refusal_is_put_into_words_for_staff_in_both_languages(slug: str) -> None:
    danish = refusal(Problem(409, slug, SAID, {}), to_staff=True)
    assert danish != SAID
    with speaking("en"):
        assert gettext(danish) != danish


def test_staff_are_not_spoken_to_as_if_they_were_the_citizen() -> None:
    busy = Problem(409, "citizen-busy", SAID, {})
    assert refusal(busy).startswith("Du har en anden samtale")
    assert refusal(busy, to_staff=True).startswith("Borgeren har en anden samtale")


def test_a_refusal_nobody_put_into_words_is_told_as_the_service_says_it() -> None:
    assert refusal(Problem(409, "brand-new", SAID, {}), to_staff=True) == SAID


@pytest.mark.parametrize("code", sorted({rule.purpose for rule in RULES.values() if rule.purpose} | {NOTIFYING, DEMO}))
def test_every_reason_for_a_look_has_words_for_the_citizen(code: str) -> None:
    if code in {"drift", "egen arbejdstid", "kollegers fravær"}:
        return  # these pages look at no citizen
    with speaking("en"):
        assert gettext(PURPOSES[code]) != PURPOSES[code]


def test_the_reasons_staff_choose_are_translated() -> None:
    with speaking("en"):
        assert all(gettext(words) != words for words in REASONS.values())


async def test_a_refusal_on_a_staff_page_is_english_for_who_reads_english(
    walker: Walker, town: Town, log_in: Login
) -> None:
    await log_in("frontdesk")
    await walker.open("/sprog/en")
    town.answers[f"POST /tasks/{TASK}/take"] = refused(409, "task-taken")
    taken = await walker.send(await walker.open("/opgaver"), f"/opgaver/booking/{TASK}/tag")
    assert "Somebody else has taken the task" in taken.text
    assert "Nej." not in taken.text


@pytest.fixture
def walker(browser: httpx2.AsyncClient, town: Town) -> Walker:
    town.answers |= told()
    return Walker(browser)
