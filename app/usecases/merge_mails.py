"""Telling by mail, to every address of both, that two accounts were merged, or parted again."""

import logging
from collections.abc import Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from app.clock import Clock
from app.errors import Unavailable
from app.mail import Mail, Mailer
from app.store.customers import open_box
from app.store.engine import Database
from app.store.merges import Merge, came_over, find_merge, note_told, untold_merges
from app.store.secrets import SealError, Vault
from app.usecases.identifiers import addresses_of, names_of

logger = logging.getLogger(__name__)

MERGED = """Hello,

two Milieu accounts were merged, as both of them confirmed:

{moved} is part of the account of {stays} now. All of these addresses sign in to that one account.

If that was not you, or not right, sign in with any of these addresses within 30 days, and undo it
on your account page:

{account}
"""

PARTED = """Hello,

the merge of two Milieu accounts was undone:

{moved} signs in to an account of its own again, with what came from there. {stays} keeps the other
one. Grants that had ended by the merge stay ended, and ways to sign in that were added since are
gone.

{account}
"""


class MergeMails:
    """Tells both sides of a merge what became of it; who could not be told is told later.

    Args:
        database: Where merges are kept.
        vault: Opens addresses.
        clock: The time.
        mailer: Brings the mails.
        issuer: The service's public address.
    """

    def __init__(
        self, database: Database, vault: Vault, clock: Clock, mailer: Mailer, issuer: str
    ) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._mailer = mailer
        self._issuer = issuer

    async def tell(self, merge_id: str) -> bool:
        """Tell both sides of a merge, as it stands; say whether every mail could be handed over."""
        async with self._database.reading() as session:
            merge = await find_merge(session, merge_id)
            if merge is None:
                return False
            try:
                stays, moved, addresses = await self._named(session, merge)
            except SealError:
                logger.error("a merge cannot be told: a data key is not there: %s", merge_id)  # noqa: TRY400 - nothing more is known
                return False
        is_undone = merge.undone_at is not None
        text = (PARTED if is_undone else MERGED).format(
            stays=_listed(stays), moved=_listed(moved), account=f"{self._issuer}/account"
        )
        subject = "Your accounts were parted again" if is_undone else "Your accounts were merged"
        try:
            for address in addresses:
                await self._mailer.send(Mail(address, subject, text, self._clock()))
        except Unavailable:
            logger.warning("a merge could not be told by mail; it is tried again")
            return False
        async with self._database.writing() as session:
            await note_told(session, merge_id, self._clock())
        return True

    async def tell_all(self) -> int:
        """Tell of every merge of which that failed; return of how many it did not."""
        async with self._database.reading() as session:
            untold = [merge.id for merge in await untold_merges(session)]
        return sum([await self.tell(merge_id) for merge_id in untold])

    async def _named(
        self, session: AsyncSession, merge: Merge
    ) -> tuple[Sequence[str], Sequence[str], Sequence[str]]:
        """Return the survivor's ways to sign in, those that came over, and all addresses."""
        over = await came_over(session, merge.id)
        stays: list[str] = []
        moved: list[str] = []
        addresses: list[str] = []
        for customer_id in filter(None, (merge.survivor_id, merge.absorbed_id)):
            box = await open_box(session, self._vault, customer_id)
            addresses += (await addresses_of(session, box, customer_id)).values()
            for found, name in (await names_of(session, box, customer_id)).items():
                (moved if found in over else stays).append(name)
        return stays, moved, addresses


def _listed(addresses: Sequence[str]) -> str:
    return " and ".join(addresses)
