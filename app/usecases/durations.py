"""How long a grant may last: at most, and what she can choose from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from oauth.server.details import (
    MAX_DAYS,
    SINGLE_CALL,
    SINGLE_CALL_SPAN,
    UNTIL_REVOKED,
    span_of,
)


@dataclass(frozen=True, slots=True)
class Duration:
    """One choice.

    Attributes:
        name: In the form.
        words: As she reads it.
        span: From the decision to the end.
        is_single_call: Whether it is for one call alone, and cannot be prolonged.
    """

    name: str
    words: str
    span: timedelta
    is_single_call: bool = False

    @property
    def lasts_days(self) -> int | None:
        """By how much a reconfirmation prolongs it; None where it cannot."""
        return None if self.is_single_call else self.span.days


YEAR = timedelta(days=MAX_DAYS)
"""No consent lasts longer without being given again."""
CALL = Duration("call", "This call (30 minutes)", SINGLE_CALL_SPAN, is_single_call=True)
MONTH = Duration("month", "30 days", timedelta(days=30))
OPEN = Duration("open", "Until I revoke, or for a year unless I renew it", YEAR)
CHOICES = (
    CALL,
    Duration("week", "7 days", timedelta(days=7)),
    MONTH,
    Duration("year", "1 year", YEAR),
    OPEN,
)


def longest(asked: str | None) -> timedelta:
    """Return the longest that a grant may last from the decision on: as asked for, a year at most.

    Args:
        asked: The duration of an `authorization_details`, if it says one.
    """
    return span_of(asked) or YEAR


def offered(
    asked: str | None, *, signs_in: bool, remaining: timedelta | None = None
) -> tuple[Sequence[Duration], Duration]:
    """Return what she can choose from, and what is chosen unless she changes it.

    She may always give less time than is asked for, and never more. Unless she changes it, she
    gives the shortest: this call; a month, where she would else have to sign in anew each time.
    What is added to a grant of hers ends with it: asking for more is no way to a longer time.

    Args:
        asked: The duration of an `authorization_details`, if it says one.
        signs_in: Whether the client wants to sign her in.
        remaining: How long the grant that is added to still lasts.
    """
    if remaining is not None and remaining < longest(asked):
        kept = Duration("kept", "As long as what it sees already", remaining)
        shorter = [choice for choice in CHOICES if choice.span <= remaining and choice is not OPEN]
        return (*shorter, kept), kept
    usual = MONTH if signs_in else CALL
    if asked == SINGLE_CALL:
        return (CALL,), CALL
    if asked is None or asked == UNTIL_REVOKED:
        return CHOICES, usual
    span = longest(asked)
    wanted = Duration("asked", f"{span.days} days", span)
    known = [choice for choice in CHOICES if choice.span == span and choice is not OPEN]
    shorter = [choice for choice in CHOICES if choice.span < span]
    most = known[0] if known else wanted
    return (*shorter, most), usual if usual in shorter else most
