"""What booking is asked: parse, one use case, answer."""

from services.booking.api import advisers, bookings, citizens, free_times, holds

ROUTERS = (free_times.router, holds.router, bookings.router, citizens.router, advisers.router)
