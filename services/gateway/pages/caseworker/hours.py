"""An adviser's own time: the working week, breaks, and absences. What is booked is never moved by a machine."""

import asyncio
from datetime import date
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.gateway.clients import Asking, Problem, asking
from services.gateway.clients.adviser import FORMS, Period, Week, absences_of, be_absent, be_back, hours_of, set_hours
from services.gateway.pages.caseworker import absence_form
from services.gateway.pages.caseworker.me import me
from services.gateway.pages.caseworker.week_form import WEEKDAYS, is_simple, read, shown
from services.gateway.pages.frontdesk.keys import key_of, new_key
from services.gateway.web.forms import Faults, answers
from services.gateway.web.i18n import gettext as _
from services.gateway.web.i18n import later
from services.gateway.web.refusals import refusal as said
from services.gateway.web.rendering import page
from services.gateway.web.visit import visit_of
from shared.clock import local_date

router = APIRouter()
FORM_WORDS = {"in_person": later("Fremmøde"), "phone": later("Telefon"), "video": later("Video")}


@router.get("/arbejdstid", name="hours")
async def hours(request: Request) -> Response:
    """Show one's working week and absences."""
    return await _page(request, asking(request), {}, Faults())


@router.post("/arbejdstid", name="hours.answer")
async def set_my_hours(request: Request) -> Response:
    """Set the working week from a day on."""
    told, faults, asker = await answers(request), Faults(), asking(request)
    week, valid_from = read(told, faults), absence_form.read_day(told, "valid_from", faults)
    if valid_from is not None and not faults:
        try:
            await set_hours(asker, me(request), valid_from, week, key_of(told))
        except Problem as refusal:
            if refusal.status != 422:
                raise
            faults.add(f"starts_{refusal.members.get('weekday', 1)}", _(said(refusal, to_staff=True)))
    if faults:
        return await _page(request, asker, told, faults)
    visit_of(request).put("flash", later("Din arbejdstid er gemt."))
    return RedirectResponse("/arbejdstid", 303)


@router.post("/fravaer", name="absence.answer")
async def register_absence(request: Request) -> Response:
    """Register an absence; what is booked in it becomes tasks, and is counted in the answer."""
    told, faults, asker = await answers(request), Faults(), asking(request)
    away = absence_form.read(told, faults)
    if away is not None:
        try:
            hit = await be_absent(asker, me(request), away.starts, away.ends, away.reason, key_of(told))
        except Problem as refusal:
            if refusal.status != 422:
                raise
            faults.add("to_day", _(said(refusal, to_staff=True)))
        else:
            visit_of(request).put("flash", absence_form.SAVED_WITH_TASKS if hit else absence_form.SAVED)
            return RedirectResponse("/opgaver" if hit else "/arbejdstid", 303)
    return await _page(request, asker, told, faults)


@router.post("/fravaer/{absence_id}/slet", name="absence.delete")
async def delete_absence(request: Request, absence_id: UUID) -> Response:
    """Take an absence back."""
    try:
        await be_back(asking(request), me(request), absence_id)
    except Problem as refusal:
        if refusal.status != 404:
            raise
    visit_of(request).put("flash", absence_form.DELETED)
    return RedirectResponse("/arbejdstid", 303)


async def _page(request: Request, asker: Asking, told: dict[str, str], faults: Faults) -> Response:
    periods, absences = await asyncio.gather(hours_of(asker, me(request)), absences_of(asker, me(request)))
    today = local_date(request.app.state.clock.now())
    week = _in_force(periods, today)
    empty = dict.fromkeys(absence_form.FIELDS, "")
    given = {**empty, "valid_from": today.isoformat(), **shown(week)}
    if "valid_from" in told:  # the week was sent: boxes that were not ticked are not among the answers
        given |= {f"{form}_{day}": "" for form in FORMS for day in WEEKDAYS}
    return page(
        request,
        "caseworker/hours.html",
        status=422 if faults else 200,
        weekdays=[(number, _(words)) for number, words in WEEKDAYS.items()],
        forms=[(form, _(FORM_WORDS[form])) for form in FORMS],
        given={**given, **told},
        simple=is_simple(week),
        later_weeks=[period for period in periods if period.valid_from > today],
        absences=absences,
        reason_words=absence_form.reason_words(),
        faults=faults,
        key=new_key(),
    )


def _in_force(periods: list[Period], today: date) -> Week:
    """Return the week of today; where there is none, the next one; where there is none at all, an empty one."""
    now = (period.week for period in periods if period.valid_from <= today)
    return next(now, next((period.week for period in periods), Week()))
