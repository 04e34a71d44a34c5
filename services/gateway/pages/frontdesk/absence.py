"""A colleague's absence, entered by those at work: who is ill does not log in. Why one is away is not shown here."""

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.gateway.clients import Asking, Problem, asking
from services.gateway.clients.adviser import absences_of, be_absent, be_back
from services.gateway.clients.people import Directory
from services.gateway.pages.caseworker import absence_form
from services.gateway.pages.frontdesk.keys import key_of, new_key
from services.gateway.web.forms import Faults, answers
from services.gateway.web.i18n import gettext as _
from services.gateway.web.refusals import refusal as said
from services.gateway.web.rendering import page
from services.gateway.web.visit import visit_of

router = APIRouter(prefix="/kollegers-fravaer")


@router.get("", name="colleague-absence")
async def colleagues(request: Request, medarbejder: str = "") -> Response:
    """Ask who is away and when; with a colleague chosen, show when that one is away already."""
    return await _page(request, asking(request), {"adviser": medarbejder}, Faults())


@router.post("", name="colleague-absence.answer")
async def register(request: Request) -> Response:
    """Register the absence; what is booked in it becomes tasks."""
    told, faults, asker = await answers(request), Faults(), asking(request)
    adviser_id = await _chosen(request, told.get("adviser", ""))
    if adviser_id is None:
        faults.add("adviser", _("Vælg en medarbejder"))
    away = absence_form.read(told, faults)
    if adviser_id is not None and away is not None:
        try:
            hit = await be_absent(asker, adviser_id, away.starts, away.ends, away.reason, key_of(told))
        except Problem as refusal:
            if refusal.status not in (404, 422):
                raise
            faults.add("adviser" if refusal.status == 404 else "to_day", _(said(refusal, to_staff=True)))
        else:
            visit_of(request).put("flash", absence_form.SAVED_WITH_TASKS if hit else absence_form.SAVED)
            return RedirectResponse("/opgaver" if hit else f"{router.prefix}?medarbejder={adviser_id}", 303)
    return await _page(request, asker, told, faults)


@router.post("/{adviser_id}/{absence_id}/slet", name="colleague-absence.delete")
async def take_back(request: Request, adviser_id: UUID, absence_id: UUID) -> Response:
    """Take a colleague's absence back."""
    try:
        await be_back(asking(request), adviser_id, absence_id)
    except Problem as refusal:
        if refusal.status != 404:
            raise
    visit_of(request).put("flash", absence_form.DELETED)
    return RedirectResponse(f"{router.prefix}?medarbejder={adviser_id}", 303)


async def _advisers(request: Request) -> list[tuple[str, str]]:
    """Return those who have meetings, as options of a form, by name."""
    directory: Directory = request.app.state.directory
    staff = (await directory.all()).values()
    found = [(str(one.staff_id), one.name) for one in staff if one.active and "caseworker" in one.roles]
    return sorted(found, key=lambda pair: pair[1])


async def _chosen(request: Request, code: str) -> UUID | None:
    """Return who is meant; None for nobody of ours."""
    return UUID(code) if code in dict(await _advisers(request)) else None


async def _page(request: Request, asker: Asking, told: dict[str, str], faults: Faults) -> Response:
    chosen = await _chosen(request, told.get("adviser", ""))
    try:
        absences = await absences_of(asker, chosen) if chosen else []
    except Problem as refusal:
        if refusal.slug != "adviser-unknown":
            raise
        absences = []  # booking has not heard of a new colleague yet
    return page(
        request,
        "frontdesk/absence.html",
        status=422 if faults else 200,
        advisers=[("", _("Vælg en medarbejder")), *await _advisers(request)],
        chosen=chosen,
        absences=absences,
        reason_words=absence_form.reason_words(),
        given={**dict.fromkeys((*absence_form.FIELDS, "adviser"), ""), **told},
        faults=faults,
        key=new_key(),
    )
