"""What booking is told by people; each effect is one use case."""

from services.booking.use_cases import follow_people
from shared.contracts.people import CitizenChanged, CitizenDeregistered, CitizenRegistered, StaffChanged
from shared.messaging import Context, Subscriptions

on = Subscriptions()


@on(CitizenRegistered)
async def know_citizen(event: CitizenRegistered, context: Context) -> None:
    """From now on meetings can be booked for the citizen."""
    await follow_people.know_citizen(context.session, event)


@on(CitizenChanged)
async def update_citizen(event: CitizenChanged, context: Context) -> None:
    """The contact group decides which topics the citizen is offered."""
    await follow_people.update_citizen(context.session, event)


@on(CitizenDeregistered)
async def end_registration(event: CitizenDeregistered, context: Context) -> None:
    """No more bookings; meetings still ahead become tasks."""
    await follow_people.end_registration(context.session, context.clock, event)


@on(StaffChanged)
async def know_adviser(event: StaffChanged, context: Context) -> None:
    """Active caseworkers can be booked; meetings of one who leaves become tasks."""
    await follow_people.know_adviser(context.session, context.clock, event)
