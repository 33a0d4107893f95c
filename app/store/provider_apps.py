"""Our registrations as a client at instances."""

from datetime import datetime

from sqlalchemy import LargeBinary, delete, exists, not_
from sqlmodel import Field, SQLModel, col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.store.connections import Connection, ConnectionState, LinkAttempt
from app.store.types import UtcDateTime


class ProviderApp(SQLModel, table=True):
    """Our registration as a client at one instance of a provider."""

    __tablename__ = "provider_apps"

    provider: str = Field(primary_key=True)
    instance: str = Field(primary_key=True)
    app_client_id: str
    redirect_uri: str = Field(description="The one it was registered with; another needs another.")
    sealed_secret: bytes = Field(sa_type=LargeBinary)
    registered_at: datetime = Field(sa_type=UtcDateTime)


def secret_place(provider: str, instance: str) -> str:
    """Return the place to which the secret of a registration is sealed."""
    return f"provider_apps.secret:{provider}|{instance}"


async def find_app(session: AsyncSession, provider: str, instance: str) -> ProviderApp | None:
    """Find our registration at an instance."""
    return await session.get(ProviderApp, (provider, instance))


async def replace_app(session: AsyncSession, app: ProviderApp, known: str | None) -> ProviderApp:
    """Keep a new registration, unless somebody replaced the known one meanwhile.

    Args:
        session: A writing transaction.
        app: The new registration.
        known: Client id of the registration it is to replace; None if there was none.

    Returns:
        The registration that counts now.

    Raises:
        IntegrityError: Somebody else kept a first one in the same moment, which counts.
    """
    present = await session.get(ProviderApp, (app.provider, app.instance), with_for_update=True)
    if present is None:
        session.add(app)
        await session.flush()
        return app
    if present.app_client_id != known:
        return present
    return await session.merge(app)


async def delete_app_that_serves_nobody(
    session: AsyncSession, provider: str, instance: str, app_client_id: str
) -> None:
    """Forget a registration, if it is still this one and no connection there works by it."""
    works = exists().where(
        col(Connection.provider) == provider,
        col(Connection.instance) == instance,
        col(Connection.state) != ConnectionState.REAUTH_REQUIRED,
    )
    await session.exec(
        delete(ProviderApp).where(
            col(ProviderApp.provider) == provider,
            col(ProviderApp.instance) == instance,
            col(ProviderApp.app_client_id) == app_client_id,
            not_(works),
        )
    )


async def delete_unused_apps(session: AsyncSession, before: datetime) -> int:
    """Delete registrations made before a moment that no connection and no attempt to link needs.

    An instance may be one person's own: its name must not outlive her link to it.

    Returns:
        How many there were.
    """
    needed = [
        exists().where(
            col(table.provider) == col(ProviderApp.provider),
            col(table.instance) == col(ProviderApp.instance),
        )
        for table in (Connection, LinkAttempt)
    ]
    result = await session.exec(
        delete(ProviderApp).where(
            col(ProviderApp.registered_at) < before, *(not_(need) for need in needed)
        )
    )
    return result.rowcount
