"""Telling a customer by mail, at every address of hers, that a way to sign in came or went."""

import logging
from collections.abc import Collection
from dataclasses import dataclass, field

from app.clock import Clock
from app.errors import Unavailable
from app.mail import Mail, Mailer

logger = logging.getLogger(__name__)

ADDED = """Hello,

you can sign in to your Milieu account in one more way now: {way}.

If that was not you, sign in, remove it, and end your other sessions, on your account page:

{account}
"""

REMOVED = """Hello,

nobody can sign in to your Milieu account by this any more: {way}.

If that was not you, sign in by another way of yours, and look at the ways to sign in, on your
account page:

{account}
"""


@dataclass(frozen=True, slots=True)
class WayChange:
    """A way to sign in that came or went.

    Args:
        way: Its name.
        addresses: All of her account, the one that went included.
        is_added: Whether it came.
    """

    way: str = field(repr=False)
    addresses: Collection[str] = field(repr=False)
    is_added: bool


class WayMails:
    """Tells a customer what became of her ways to sign in.

    Args:
        clock: The time.
        mailer: Brings the mails.
        issuer: The service's public address.
    """

    def __init__(self, clock: Clock, mailer: Mailer, issuer: str) -> None:
        self._clock = clock
        self._mailer = mailer
        self._issuer = issuer

    async def tell(self, change: WayChange) -> None:
        """Tell every address; one that cannot be told does not keep the others from it."""
        subject = "A way to sign in was added" if change.is_added else "A way to sign in is gone"
        text = ADDED if change.is_added else REMOVED
        text = text.format(way=change.way, account=f"{self._issuer}/account")
        for address in dict.fromkeys(change.addresses):
            try:
                await self._mailer.send(Mail(address, subject, text, self._clock()))
            except Unavailable:
                logger.warning("a change of ways to sign in could not be told by mail")
