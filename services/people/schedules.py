"""When people is woken: imports that run go on; what has been kept long enough is forgotten."""

from datetime import timedelta

from services.people.model.vault import Vault
from services.people.use_cases.forget import forget_old
from services.people.use_cases.import_citizens import resume_imports
from shared.messaging import Context, Schedule


async def go_on_with_imports(context: Context) -> None:
    """Register the next batch of a running import."""
    vault: Vault = context.state
    await resume_imports(context.session, context.clock, vault)


async def forget_what_is_old(context: Context) -> None:
    """Delete what the retention rules let go."""
    await forget_old(context.session, context.clock)


SCHEDULES = [
    Schedule("go-on-with-imports", timedelta(seconds=1), go_on_with_imports),
    Schedule("forget-what-is-old", timedelta(minutes=10), forget_what_is_old),
]
