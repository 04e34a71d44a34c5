"""What booking does because time has passed."""

from datetime import timedelta

from services.booking.use_cases import follow_people, register_absence, tidy
from shared.messaging import Context, Schedule


async def remove_expired_holds(context: Context) -> None:
    """Keep the tables small; an expired hold blocks nobody anyway."""
    await tidy.remove_expired_holds(context.session, context.clock)


async def sweep_absences(context: Context) -> None:
    """Find meetings in absences again, for the one that was booked while the absence was entered."""
    await register_absence.sweep_absences(context.session, context.clock)


async def sweep_people(context: Context) -> None:
    """Find meetings with somebody who is gone, for the one that was booked while that was heard."""
    await follow_people.sweep_people(context.session, context.clock)


async def forget_old(context: Context) -> None:
    """Retention."""
    await tidy.forget_old(context.session, context.clock)


SCHEDULES = [
    Schedule("remove-expired-holds", timedelta(minutes=1), remove_expired_holds),
    Schedule("sweep-absences", timedelta(minutes=5), sweep_absences),
    Schedule("sweep-people", timedelta(minutes=5), sweep_people),
    Schedule("forget-old", timedelta(hours=6), forget_old),
]
