"""What can go wrong outside, and between two who decide at once. Each says whether asking again can help."""

from datetime import datetime, timedelta

from msgspec import Struct


class Outage(Exception):
    """Something outside did not do what was asked. ``retry`` says whether asking again can help, ``after`` when.

    The text is one sentence for people, and holds no secret.
    """

    def __init__(self, sentence: str, *, retry: bool, after: timedelta | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.retry = retry
        self.after = after


class BudgetSpent(Outage):
    """Slack's own limit is used up for now: nothing failed, and asking again ``after`` that time will do."""

    def __init__(self, sentence: str, *, after: timedelta) -> None:
        super().__init__(sentence, retry=True, after=after)


class Away(Struct, frozen=True, kw_only=True):
    """A time in which Slack could not be reached. ``until`` is None while it lasts.

    ``since`` is None where the process that says so began in the middle of it: it may have been so for long.
    """

    since: datetime | None
    until: datetime | None = None

    def covers(self, at: datetime) -> bool:
        """Whether it was so at that moment."""
        return (self.since is None or self.since <= at) and (self.until is None or at <= self.until)


class NotYet(Outage):
    """What this needs first is not there yet (the channel, the card): it comes back in a moment."""

    def __init__(self, sentence: str, *, after: timedelta = timedelta(milliseconds=200)) -> None:
        super().__init__(sentence, retry=True, after=after)


class NameTaken(Exception):
    """A channel of that name exists already."""


class Conflict(Exception):
    """Another change came between reading and saving: decide anew on what is now true."""


class LostClaim(Exception):
    """The job's lease lapsed and somebody else holds it now: whatever was decided for it must not be saved."""


class Unreadable(Exception):
    """A delivery could not be understood; the text says why in one sentence."""
