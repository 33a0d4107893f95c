"""Changing the master key: everything that depends on it is sealed and indexed anew.

Each customer gets a data key of her own anew, so that who once had the old master key and a copy of
the database can read nothing that is written from then on. One transaction a customer: stopped in
the middle, it goes on where it was. The service must be stopped meanwhile, since an address that is
indexed by one key is not found by another.
"""

import logging
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from app.errors import MilieuError
from app.store.belongings import attached_to, belongings_of, hold_customers
from app.store.connections import Connection
from app.store.customers import DataKey, Identifier, wrapped_otherwise
from app.store.engine import Database
from app.store.grants import Grant
from app.store.secrets import Box, SealError, Vault
from app.store.service_secrets import drop_what_waits, sealed_for_the_service
from app.usecases.accounts import account_index, open_account
from app.usecases.giving import external_id_index, external_id_place
from app.usecases.identifiers import identifier_place
from app.usecases.resealing import reseal

logger = logging.getLogger(__name__)


class OtherMasterKey(MilieuError):
    """The database is under another master key."""


class Reencryption:
    """Puts a database under this deployment's master key.

    Args:
        database: Which.
        vault: Of the master key that is to count.
    """

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault
        self._is_checked = False

    async def check_once(self) -> bool:
        """Check the master key, if that was not done yet; say whether it is known to be right.

        A database that does not answer is asked again the next time: nothing may be served, nor
        read, before it has answered.

        Raises:
            OtherMasterKey: The database is under another one.
        """
        if not self._is_checked:
            try:
                await self.check()
            except (SQLAlchemyError, OSError):
                logger.warning("the database does not answer: the master key is not checked yet")
                return False
            self._is_checked = True
        return True

    async def check(self) -> None:
        """See that this master key is the database's.

        Raises:
            OtherMasterKey: It is not: nobody would be found by her address, and nothing open.
        """
        async with self._database.reading() as session:
            others = await wrapped_otherwise(session, self._vault.key_id, limit=1)
            secrets = await sealed_for_the_service(session)
        is_hers = [
            not key.master_key_id and self._opened(key, self._vault) is not None for key in others
        ]
        opens = [
            not value or _opens(self._vault.service, value, place)
            for value, place in ((getattr(row, name), place) for row, name, place in secrets)
        ]
        if not all([*is_hers, *opens]):
            raise OtherMasterKey(
                "MILIEU_MASTER_KEY is not the one this database is under. Set that one; or, to"
                " change it, set the other as MILIEU_FORMER_MASTER_KEY and run"
                " `milieu key reencrypt`."
            )

    async def count(self) -> int:
        """Return how many customers' keys another master key wraps, or one that was not noted."""
        async with self._database.reading() as session:
            return len(await wrapped_otherwise(session, self._vault.key_id))

    async def run(self, former: Vault, tell: Callable[[], None]) -> None:
        """Seal and index everything anew; what was done before is left as it is.

        Args:
            former: Of the master key to be replaced.
            tell: Called after each customer.

        Raises:
            OtherMasterKey: What is there is under neither of the two.
        """
        async with self._database.reading() as session:
            customers = [
                key.customer_id for key in await wrapped_otherwise(session, self._vault.key_id)
            ]
        async with self._database.writing() as session:
            await self._service(session, former)
        for customer_id in customers:
            async with self._database.writing() as session:
                await self._customer(session, former, customer_id)
            tell()
        await self._database.scrub()

    async def _customer(self, session: AsyncSession, former: Vault, customer_id: str) -> None:
        await hold_customers(session, [customer_id])
        key = await session.get(DataKey, customer_id)
        if key is None:
            return
        if not key.master_key_id and self._opened(key, self._vault) is not None:
            key.master_key_id = self._vault.key_id
            return
        of = self._opened(key, former)
        if of is None:
            raise OtherMasterKey(
                f"The data key of {customer_id} is under neither of the two master keys."
            )
        key.wrapped = self._vault.new_data_key(customer_id)
        key.master_key_id = self._vault.key_id
        to = self._vault.box(customer_id, key.wrapped)
        belongings = await belongings_of(session, customer_id)
        for row in [*belongings, *await attached_to(session, belongings)]:
            self._anew(row, of, to)
            session.add(row)

    def _anew(self, row: SQLModel, of: Box, to: Box) -> None:
        try:
            if isinstance(row, Grant):
                self._index_grant(row, of)
            elif isinstance(row, Identifier):
                value = of.open(row.sealed_value, identifier_place(row.id))
                row.blind_index = self._vault.blind_index(row.type, value.decode())
            elif isinstance(row, Connection):
                account = open_account(of, row)
                row.account_index = account_index(self._vault, row.provider, row.instance, account)
        except SealError:
            logger.warning("what does not open is not found any more: a row of %s", type(row))
        reseal(row, of, to)

    def _index_grant(self, grant: Grant, of: Box) -> None:
        if grant.sealed_external_id is None:
            return
        place = external_id_place(grant.client_id, grant.external_id_index or "")
        value = of.open(grant.sealed_external_id, place)
        grant.external_id_index = external_id_index(self._vault, grant.client_id, value.decode())
        # It is sealed to its index, and `reseal` looks for it there.
        moved = external_id_place(grant.client_id, grant.external_id_index)
        grant.sealed_external_id = of.seal(value, moved)

    async def _service(self, session: AsyncSession, former: Vault) -> None:
        await drop_what_waits(session)
        for row, column, place in await sealed_for_the_service(session):
            value = getattr(row, column)
            if value and not _opens(self._vault.service, value, place):
                try:
                    opened = former.service.open(value, place)
                except SealError:
                    raise OtherMasterKey(
                        f"What is at {place} is under neither of the two master keys."
                    ) from None
                setattr(row, column, self._vault.service.seal(opened, place))
                session.add(row)

    @staticmethod
    def _opened(key: DataKey, vault: Vault) -> Box | None:
        try:
            return vault.box(key.customer_id, key.wrapped)
        except SealError:
            return None


def _opens(box: Box, value: bytes, place: str) -> bool:
    try:
        box.open(value, place)
    except SealError:
        return False
    return True
