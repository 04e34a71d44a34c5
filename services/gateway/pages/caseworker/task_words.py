"""What a task asks, in the language of the page: by its kind and codes; else in the service's own Danish."""

from datetime import datetime

from services.gateway.clients.tasks import Task
from services.gateway.web.i18n import clock_time, day_name, later
from services.gateway.web.i18n import gettext as _

_ABOUT_A_TIME = {
    "meeting-in-absence": later("Medarbejderen er fraværende {when}. Flyt samtalen, eller find en anden medarbejder."),
    "meeting-after-deregistration": later(
        "Borgeren er afmeldt, men har en samtale {when}. Aflys, eller lav en aftale."
    ),
    "meeting-without-adviser": later("Medarbejderen har ikke samtaler mere, men har en {when}. Flyt den til en anden."),
}
_NOT_TOLD = later("Vi kunne ikke give borgeren besked om en samtale.")
_WHY_NOT = {
    "no-address": later("Borgeren har hverken e-mail eller mobilnummer hos os."),
    "bad-address": later("Borgerens e-mail eller mobilnummer virker ikke."),
    "refused-by-provider": later("Borgerens e-mail eller mobilnummer tager ikke imod beskeder."),
    "provider-down": later("Mail og sms har været ude af drift."),
    "no-time-left": later("Beskeden kunne ikke nå frem inden for sendetiden."),
    "meeting-begun": later("Beskeden nåede ikke frem, før samtalen begyndte."),
}
_ADDRESS_IS_WRONG = ("no-address", "bad-address", "refused-by-provider")


def needs_address(task: Task) -> bool:
    """Say whether another e-mail or mobile number is what the task needs."""
    return task.kind == "notice-undeliverable" and task.data.get("reason") in _ADDRESS_IS_WRONG


def asks(task: Task) -> str:
    """Return what is to be done, in a sentence or two."""
    if task.kind == "notice-undeliverable":
        why = _WHY_NOT.get(str(task.data.get("reason")))
        return f"{_(_NOT_TOLD)} {_(why) if why else ''}".strip()
    starts = task.data.get("starts_at")
    if task.kind in _ABOUT_A_TIME and isinstance(starts, str):
        moment = datetime.fromisoformat(starts)
        return _(_ABOUT_A_TIME[task.kind]).format(when=f"{day_name(moment)} {clock_time(moment)}")
    return task.reason
