"""The pages, by whom they are for. Each journey is a file with a `router`; a page is reached only if it stands here.

Conventions: every route has a `name=` that permissions.py declares; a handler asks the services through
`asking(request)` and answers with `page(request, "<role>/<file>.html", …)`.
"""

from services.gateway.pages.caseworker import day, hours, tasks
from services.gateway.pages.citizen import book, change, check, contact, insight, meetings, start
from services.gateway.pages.frontdesk import absence, citizen, exemption, find
from services.gateway.pages.frontdesk import book as book_for
from services.gateway.pages.frontdesk import contact as contact_of
from services.gateway.pages.operations import dead_letters, overview
from services.gateway.pages.public import login, open_pages

_PUBLIC = [open_pages.router, login.router]
_CITIZEN = [start.router, book.router, check.router, meetings.router, change.router, insight.router, contact.router]
_HELP = [find.router, citizen.router, book_for.router, contact_of.router, exemption.router, absence.router]
_STAFF = [day.router, hours.router, tasks.router, *_HELP]
_OPERATIONS = [overview.router, dead_letters.router]
ROUTERS = [*_PUBLIC, *_CITIZEN, *_STAFF, *_OPERATIONS]
