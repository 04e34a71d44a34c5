"""The two ways in which asking or sending can go wrong: for now, or for good. Neither carries an address or a name."""

from datetime import timedelta

from services.notifications.model.notice import Reason


class Passing(Exception):
    """It did not work now and may work later. `fault` is a code for the ledger, `after` what the other asked for."""

    def __init__(self, fault: str, after: timedelta | None = None) -> None:
        super().__init__(fault)
        self.fault, self.after = fault, after


class Never(Exception):
    """It will not work this way, however often it is tried."""

    def __init__(self, reason: Reason, fault: str) -> None:
        super().__init__(fault)
        self.reason, self.fault = reason, fault
