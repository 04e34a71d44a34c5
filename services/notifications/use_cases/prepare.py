"""Before the first message: the words this version of the program would send are compared with those sent before."""

from services.notifications.model.wording import Wording
from services.notifications.store import templates
from shared.clock import Clock
from shared.database import Session


async def prepare(session: Session, clock: Clock, wording: Wording) -> None:
    """Register every template version. Raises TemplateChanged when words changed without a new version."""
    await templates.register(session, clock, wording)
