"""Who a customer is to us: her row, her data key, her identifiers, her sessions.

Steps of a use case, each inside the caller's transaction.
"""

from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from app.ids import new_id, new_secret, secret_hash
from app.store.customers import Customer, DataKey, Identifier, IdentifierType, open_box
from app.store.secrets import Vault
from app.store.sessions import Session
from app.usecases.identifiers import identifier_place

SESSION_LIFETIME = timedelta(days=14)


async def add_customer(session: AsyncSession, vault: Vault, now: datetime) -> Customer:
    """Make a customer, with a data key of her own."""
    customer = Customer(id=new_id("cus", now), created_at=now)
    session.add(customer)
    await session.flush()
    wrapped = vault.new_data_key(customer.id)
    session.add(DataKey(customer_id=customer.id, wrapped=wrapped, master_key_id=vault.key_id))
    await session.flush()
    return customer


async def add_identifier(
    session: AsyncSession,
    vault: Vault,
    customer_id: str,
    kind: IdentifierType,
    value: str,
    now: datetime,
) -> None:
    """Keep an identifier that she has just been seen to hold.

    Args:
        session: A writing transaction.
        vault: Seals it, and indexes it.
        customer_id: Whose it is.
        kind: What it is.
        value: In the one form in which it is compared.
        now: The present.

    Raises:
        IntegrityError: It is somebody's already.
    """
    box = await open_box(session, vault, customer_id)
    identifier_id = new_id("idn", now)
    session.add(
        Identifier(
            id=identifier_id,
            customer_id=customer_id,
            type=kind,
            blind_index=vault.blind_index(kind, value),
            sealed_value=box.seal(value.encode(), identifier_place(identifier_id)),
            verified_at=now,
        )
    )
    await session.flush()


def begin_session(session: AsyncSession, customer_id: str, now: datetime, at: datetime) -> str:
    """Begin a session, and return its secret, which is known at this moment alone.

    Args:
        session: A writing transaction.
        customer_id: Who signs in.
        now: The present.
        at: When she showed who she is; earlier than now if her provider knew her already.
    """
    secret = new_secret()
    session.add(
        Session(
            id_hash=secret_hash(secret),
            customer_id=customer_id,
            signed_in_at=at,
            expires_at=now + SESSION_LIFETIME,
        )
    )
    return secret
