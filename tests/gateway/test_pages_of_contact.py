"""A citizen's e-mail and mobile number, entered by staff: from the citizen's page and from the task that needs it."""

import httpx2
import pytest

from tests.gateway.conftest import CITIZEN, Login
from tests.gateway.desk import a_task, told
from tests.gateway.page import Page, Walker
from tests.gateway.town import Town, refused

pytestmark = pytest.mark.anyio
CONTACT = f"/borgere/{CITIZEN}/kontakt"


@pytest.fixture
def walker(browser: httpx2.AsyncClient, town: Town) -> Walker:
    town.answers |= told()
    return Walker(browser)


async def opened(walker: Walker) -> Page:
    found = await walker.send(await walker.open("/borgere"), "/borgere", query="Amina", reason="phone")
    return await walker.send(found, "/borgere/aabn")


@pytest.mark.parametrize("role", ["frontdesk", "caseworker", "team_leader"])
async def test_contact_data_is_corrected_from_the_citizens_page(
    walker: Walker, town: Town, log_in: Login, role: str
) -> None:
    await log_in(role)
    page = await walker.click(await opened(walker), "Se og ret e-mail og mobilnummer")
    assert "Amina Yusuf" in page.text
    page = await walker.send(page, CONTACT, email="ny@example.test", mobile="")
    assert page.path == f"/borgere/{CITIZEN}"
    assert "E-mail og mobilnummer er gemt." in page.text
    assert (town.contact["email"], town.contact["mobile"], town.contact["version"]) == ("ny@example.test", None, 3)
    assert "language" not in town.contact, "how we speak with the citizen is theirs to choose"
    looks = {asked.caller.purpose for asked in town.asked if asked.path == f"/citizens/{CITIZEN}/contact"}
    assert looks == {"Borgeren har ringet"}


@pytest.mark.parametrize(("field", "wrong"), [("email", "navn"), ("mobile", "12")])
async def test_what_cannot_be_right_is_said_beside_its_field(
    walker: Walker, log_in: Login, field: str, wrong: str
) -> None:
    await log_in("frontdesk")
    await opened(walker)
    page = await walker.send(await walker.open(CONTACT), CONTACT, **{field: wrong})
    assert page.status == 422
    assert f'id="{field}-error"' in page.html
    assert page.form(CONTACT).fields[field] == wrong


async def test_one_of_the_two_is_needed(walker: Walker, town: Town, log_in: Login) -> None:
    await log_in("frontdesk")
    await opened(walker)
    page = await walker.send(await walker.open(CONTACT), CONTACT, email="", mobile="")
    assert "Skriv en e-mail eller et nummer, så borgeren kan nås" in page.text
    assert not town.contact


async def test_a_change_by_somebody_else_meanwhile_is_told(walker: Walker, town: Town, log_in: Login) -> None:
    await log_in("frontdesk")
    await opened(walker)
    page = await walker.open(CONTACT)
    town.answers[f"PATCH /citizens/{CITIZEN}/contact"] = refused(409, "changed-meanwhile")
    assert "Nogen har rettet det imens" in (await walker.send(page, CONTACT, mobile="20304051")).text


async def test_nobody_sees_contact_data_without_a_reason(walker: Walker, town: Town, log_in: Login) -> None:
    await log_in("frontdesk")
    assert (await walker.open(CONTACT)).headings[0] == "Hvorfor slår du borgeren op?"
    assert not [asked for asked in town.asked if asked.path.endswith("/contact")]


async def test_the_task_about_an_unreachable_citizen_leads_to_the_form(
    walker: Walker, town: Town, log_in: Login
) -> None:
    await log_in("frontdesk")
    task = a_task(kind="notice-undeliverable", data={"reason": "no-address"})
    town.answers["GET /tasks"] = (200, {"tasks": [task], "total": 1, "next": None})
    page = await walker.open("/opgaver")
    form = next(form for form in page.forms if form.fields.get("til") == "kontakt")
    answer = await walker.browser.post(form.action, data=form.fields, follow_redirects=True)
    assert answer.request.url.path == CONTACT
    town.answers["GET /tasks"] = (200, [a_task()])
    assert not [form for form in (await walker.open("/opgaver")).forms if "til" in form.fields]
