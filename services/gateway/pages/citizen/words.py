"""Codes of the services in words a citizen reads. Marked here, translated where they are shown."""

from services.gateway.web.i18n import gettext, later

FORMS = {
    "in_person": later("Mød op hos os"),
    "phone": later("Telefon"),
    "video": later("Video"),
}
HOW = {"in_person": later("hos os"), "phone": later("i telefonen"), "video": later("på video")}
PARTS_OF_DAY = {"morning": later("Formiddag"), "afternoon": later("Eftermiddag")}
CANCEL_REASONS = {
    "work": later("Jeg er på arbejde"),
    "job_interview": later("Jeg skal til jobsamtale"),
    "illness": later("Jeg er syg"),
    "child_illness": later("Mit barn er sygt"),
    "other_meeting": later("Jeg har et andet møde"),
    "other": later("Noget andet"),
}
ROLES = {
    "citizen": later("Dig selv"),
    "frontdesk": later("En medarbejder i receptionen"),
    "caseworker": later("En sagsbehandler"),
    "business_consultant": later("En virksomhedskonsulent"),
    "team_leader": later("En teamleder"),
    "operations": later("En driftsmedarbejder"),
    "service": later("Systemet"),
}
LOOKS = {
    "login": later("Log ind"),
    "record": later("Dine oplysninger"),
    "contact": later("Din e-mail og dit nummer"),
    "name": later("Dit navn"),
    "search": later("Fundet ved søgning"),
    "access_log": later("Listen over, hvem der har kigget"),
    "registration": later("Din tilmelding"),
    "change": later("En ændring af dine oplysninger"),
}
PURPOSES = {
    "login": later("Du loggede ind"),
    "forside": later("Du så din forside"),
    "selvbooking": later("Du bookede en tid"),
    "egne-aftaler": later("Du så dine aftaler"),
    "egen-indsigt": later("Du så denne side"),
    "egne-kontaktvalg": later("Du så eller rettede din kontakt"),
    "dagsliste": later("Du stod på dagens liste over samtaler"),
    "opgaveliste": later("Du stod på listen over opgaver"),
    "demodata": later("Du blev oprettet som demoperson"),
    "påmindelse": later("Vi skrev til dig om din samtale"),
}


def word(words: dict[str, str], code: str) -> str:
    """Return the words for a code in the language of the request; what is a sentence already is only translated."""
    return gettext(words.get(code, code))


def held(adviser: str, form: str) -> str:
    """Say with whom and how a meeting is held, after its time: "med Mette Krogh, på video"."""
    how = word(HOW, form)
    return gettext("med {name}, {how}").format(name=adviser, how=how) if adviser else how
