"""Why a service said no, in our own sentences, so that they can be had in every language: the one place for them.

Marked here, translated where they are shown. Citizens read about themselves, staff about "the citizen".
"""

from services.gateway.web.i18n import later
from services.gateway.web.outcomes import Problem

_REFUSALS = {
    "slot-taken": later("Tiden er lige taget af en anden. Vælg en ny tid."),
    "citizen-busy": later("Du har en anden samtale på det tidspunkt. Vælg en ny tid."),
    "hold-unknown": later("Tiden bliver ikke holdt til dig mere. Vælg en tid igen."),
    "time-passed": later("Tiden er passeret. Vælg en ny tid."),
    "day-closed": later("Vi holder lukket den dag. Vælg en anden dag."),
    "outside-hours": later("Tiden er ikke ledig mere. Vælg en ny tid."),
    "off-grid": later("Tiden er ikke ledig mere. Vælg en ny tid."),
    "form-not-offered": later("Du kan ikke mødes på den måde på det tidspunkt. Vælg en ny tid."),
    "adviser-unknown": later("Tiden er ikke ledig mere. Vælg en ny tid."),
    "too-short-notice": later("Tiden er for tæt på. Vælg en senere tid."),
    "too-far-ahead": later("Tiden ligger for langt ude i fremtiden. Vælg en tidligere tid."),
    "same-time": later("Samtalen ligger der allerede. Vælg en anden tid."),
    "topic-unknown": later("Emnet findes ikke mere. Vælg et andet emne."),
    "topic-not-for-citizen": later("Du kan ikke selv booke det emne. Vælg et andet, eller ring til os."),
    "too-late-to-move": later("Det er for sent at flytte tiden her. Ring til os, så hjælper vi dig."),
    "too-late-to-cancel": later("Det er for sent at aflyse her. Ring til os, så hjælper vi dig."),
    "already-cancelled": later("Samtalen er allerede aflyst."),
    "meeting-begun": later("Samtalen er begyndt eller forbi. Derfor kan den ikke ændres."),
    "exempt-from-self-booking": later("Du er fritaget for selv at booke. Vi finder en tid sammen med dig."),
    "citizen-not-registered": later("Du er ikke tilmeldt hos os mere. Derfor kan du ikke booke her."),
    "citizen-unknown": later("Du er lige blevet oprettet. Prøv igen om et øjeblik."),
}
_TO_STAFF = {
    "citizen-busy": later("Borgeren har en anden samtale på det tidspunkt. Vælg en ny tid."),
    "hold-unknown": later("Tiden er ikke reserveret mere. Vælg en tid igen."),
    "form-not-offered": later("Samtalen kan ikke holdes på den måde på det tidspunkt. Vælg en anden tid."),
    "adviser-unknown": later("Medarbejderen har ikke samtaler. Vælg en anden."),
    "outside-hours": later("Medarbejderen har ikke samtaler på det tidspunkt. Vælg en ledig tid."),
    "topic-not-for-citizen": later("Emnet er ikke for borgerens gruppe. Vælg et andet emne."),
    "too-late-to-move": later("Det er for sent at flytte samtalen."),
    "too-late-to-cancel": later("Det er for sent at aflyse samtalen."),
    "exempt-from-self-booking": later("Borgeren er fritaget for selv at booke."),
    "citizen-not-registered": later("Borgeren er afmeldt. Derfor kan der ikke bookes."),
    "citizen-unknown": later("Borgeren er lige oprettet. Prøv igen om et øjeblik."),
    "citizen-not-found": later("Vi kan ikke finde borgeren."),
    "booking-unknown": later("Vi kan ikke finde samtalen."),
    "absence-unknown": later("Fraværet er allerede slettet."),
    "not-your-calendar": later("Du kan kun ændre din egen arbejdstid."),
    "hours-invalid": later("Pausen skal ligge i arbejdstiden, og to tidsrum må ikke overlappe."),
    "period-invalid": later("Perioden skal slutte efter, at den begynder."),
    "task-taken": later("Opgaven er taget af en anden eller løst."),
    "cpr-invalid": later("CPR-nummeret er ikke rigtigt. Tjek tallene."),
    "purpose-missing": later("Vælg, hvorfor du slår borgeren op."),
    "contact-invalid": later("E-mailen eller nummeret er ikke rigtigt."),
    "changed-meanwhile": later("Nogen har rettet det imens. Hent siden igen."),
}
# Refusals that choosing another time cures.
TRY_ANOTHER_TIME = frozenset(
    {
        "slot-taken",
        "citizen-busy",
        "hold-unknown",
        "time-passed",
        "day-closed",
        "outside-hours",
        "off-grid",
        "form-not-offered",
        "adviser-unknown",
        "too-short-notice",
        "too-far-ahead",
        "same-time",
    }
)


def refusal(problem: Problem, *, to_staff: bool = False) -> str:
    """Return why a service said no, to be translated where it is shown; its own Danish when we have no words."""
    if to_staff and problem.slug in _TO_STAFF:
        return _TO_STAFF[problem.slug]
    return _REFUSALS.get(problem.slug, problem.detail)
