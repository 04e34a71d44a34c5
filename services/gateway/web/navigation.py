"""The main menu of each role: links by (path, words). The first link is where a login leads to."""

from services.gateway.permissions import CASEWORKER, CITIZEN, FRONTDESK, LEADER, OPERATIONS
from services.gateway.web.i18n import gettext, later

MENU: dict[str, tuple[tuple[str, str], ...]] = {
    CITIZEN: (
        ("/min-side", later("Forside")),
        ("/aftaler", later("Mine aftaler")),
        ("/kontakt", later("Kontakt og påmindelser")),
        ("/indsigt", later("Hvem har set mine oplysninger")),
    ),
    CASEWORKER: (
        ("/dag", later("Min dag")),
        ("/opgaver", later("Opgaver")),
        ("/borgere", later("Find borger")),
        ("/arbejdstid", later("Arbejdstid")),
    ),
    FRONTDESK: (
        ("/borgere", later("Find borger")),
        ("/opgaver", later("Opgaver")),
        ("/kollegers-fravaer", later("Fravær")),
    ),
    LEADER: (
        ("/opgaver", later("Opgaver")),
        ("/borgere", later("Find borger")),
        ("/kollegers-fravaer", later("Fravær")),
    ),
    OPERATIONS: (("/drift", later("Drift")),),
}


def links_for(roles: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return the menu of somebody with these roles, in the language of the request, each link once."""
    found = {path: gettext(words) for role in MENU if role in roles for path, words in MENU[role]}
    return list(found.items())


def home_of(roles: tuple[str, ...]) -> str:
    """Return the path where somebody with these roles begins; "/" when they have no page yet."""
    return next((MENU[role][0][0] for role in MENU if role in roles and MENU[role]), "/")
