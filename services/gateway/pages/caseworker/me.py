"""Who asks, on pages about one's own day and time."""

from uuid import UUID

from starlette.requests import Request

from services.gateway.web.guard import NotAllowed
from services.gateway.web.visit import visit_of


def me(request: Request) -> UUID:
    """Return the id of the member of staff behind a request. Raises NotAllowed for somebody without one."""
    actor_id = visit_of(request).actor_id
    if actor_id is None:
        raise NotAllowed
    return actor_id
