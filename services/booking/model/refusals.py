"""Every way booking says no, with the sentence a citizen or a colleague reads."""

from services.booking.model.rules import RefusedByRule
from shared.errors import Forbidden, Invalid, Kind, NotFound, Refused


class SlotTaken(Refused):
    """Another booking or hold has the adviser at that time; `alternatives` are the three nearest other times."""

    slug = "slot-taken"
    message = "Tiden er lige blevet taget af en anden. Vælg en af de nærmeste ledige tider."


class CitizenBusy(Refused):
    """The citizen has another meeting at that time; `alternatives` are the three nearest other times."""

    slug = "citizen-busy"
    message = "Der er allerede en samtale med borgeren på det tidspunkt. Vælg en anden tid."


class TimePassed(Refused):
    """The time lies in the past."""

    slug = "time-passed"
    message = "Tidspunktet er passeret. Vælg en senere tid."


class DayClosed(Refused):
    """A public holiday or a closing day; `closed` names it."""

    slug = "day-closed"
    message = "Kommunen holder lukket den dag. Vælg en anden dag."


class OutsideHours(Refused):
    """The adviser does not receive then (hours, break or absence: which one is nobody's business)."""

    slug = "outside-hours"
    message = "Rådgiveren har ikke samtaler på det tidspunkt. Vælg en af de ledige tider."


class OffGrid(RefusedByRule):
    """Meetings begin at fixed minutes."""

    slug = "off-grid"
    kind = Kind.INVALID
    message = "Samtaler begynder på faste tidspunkter, hvert {value}. minut. Vælg en af de ledige tider."


class TooShortNotice(RefusedByRule):
    """Self-booking needs some notice."""

    slug = "too-short-notice"
    message = "Du kan selv booke tider, der begynder om mindst {value} minutter. Vælg en senere tid."


class TooFarAhead(RefusedByRule):
    """Self-booking reaches a number of days ahead."""

    slug = "too-far-ahead"
    message = "Du kan selv booke tider i de næste {value} dage. Vælg en tidligere tid."


class TooLateToMove(RefusedByRule):
    """The citizen's own right to move the meeting has ended."""

    slug = "too-late-to-move"
    message = "Du kan selv flytte samtalen indtil {value} dag før. Ring til kommunen, så hjælper vi dig."


class TooLateToCancel(RefusedByRule):
    """The citizen's own right to cancel has ended."""

    slug = "too-late-to-cancel"
    message = "Det er for sent selv at melde afbud. Ring til kommunen, så hjælper vi dig."


class ExemptFromSelfBooking(Refused):
    """An exempt citizen is never asked to book; staff do it (BEK § 45)."""

    slug = "exempt-from-self-booking"
    message = "Du er fritaget for selv at booke. Kommunen finder en tid sammen med dig og giver dig besked."


class FormNotOffered(Refused):
    """The topic or the adviser's hours do not allow this form of attendance then."""

    slug = "form-not-offered"
    message = "Samtalen kan ikke holdes på den måde på det tidspunkt. Vælg en anden form eller tid."


class TopicUnknown(NotFound):
    """No such topic on that day."""

    slug = "topic-unknown"
    message = "Emnet findes ikke. Vælg et af emnerne på listen."


class TopicNotForCitizen(Refused):
    """The topic is for other contact groups, or for staff to book."""

    slug = "topic-not-for-citizen"
    message = "Emnet kan ikke bookes af dig. Vælg et andet emne, eller ring til kommunen."


class AdviserUnknown(NotFound):
    """No such adviser, or one who is not bookable (any more)."""

    slug = "adviser-unknown"
    message = "Rådgiveren findes ikke. Vælg en anden."


class CitizenUnknown(NotFound):
    """Not (yet) heard of from people: the next moment it may be."""

    slug = "citizen-unknown"
    message = "Borgeren er ikke kendt her endnu. Prøv igen om et øjeblik."


class CitizenNotRegistered(Refused):
    """The citizen's registration has ended."""

    slug = "citizen-not-registered"
    message = "Borgeren er afmeldt, så der kan ikke bookes samtaler."


class BookingUnknown(NotFound):
    """No such booking, or somebody else's: the answer is the same, so that nothing can be found out."""

    slug = "booking-unknown"
    message = "Vi kan ikke finde den samtale."


class AlreadyCancelled(Refused):
    """The meeting was cancelled before."""

    slug = "already-cancelled"
    message = "Der er allerede meldt afbud til samtalen."


class MeetingBegun(Refused):
    """The meeting has begun or is over: it can be neither moved nor cancelled."""

    slug = "meeting-begun"
    message = "Samtalen er begyndt eller holdt, så den kan ikke ændres."


class SameTime(Refused):
    """The meeting is there already."""

    slug = "same-time"
    message = "Samtalen ligger allerede på det tidspunkt."


class HoldUnknown(Refused):
    """The hold ended (five minutes), was used, or is somebody else's."""

    slug = "hold-unknown"
    kind = Kind.GONE
    message = "Tiden holdes ikke længere til dig. Vælg tiden igen."


class AbsenceUnknown(NotFound):
    """No such absence of that adviser."""

    slug = "absence-unknown"
    message = "Fraværet findes ikke."


class NotYourCalendar(Forbidden):
    """Advisers change their own time; team leaders everybody's."""

    slug = "not-your-calendar"
    message = "Du kan kun ændre din egen arbejdstid."


class HoursInvalid(Invalid):
    """Working hours that contradict themselves."""

    slug = "hours-invalid"
    message = "Arbejdstiden hænger ikke sammen."


class PeriodInvalid(Invalid):
    """A period that ends before it begins."""

    slug = "period-invalid"
    message = "Perioden slutter, før den begynder."
