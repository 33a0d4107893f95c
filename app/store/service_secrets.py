"""What is sealed for the service itself, and not for a customer."""

from collections.abc import Sequence

from sqlalchemy import delete
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.store.connections import LinkAttempt
from app.store.consent_requests import ConsentRequest
from app.store.merges import Merge
from app.store.provider_apps import ProviderApp, secret_place
from app.store.sessions import SignInLink
from app.store.sign_in_attempts import SignInAttempt
from app.store.signing_keys import SigningKey, private_place
from app.store.tokens import PushedRequest

# All of them last minutes, a day at most, and can be begun again.
WAITING = (SignInLink, SignInAttempt, LinkAttempt, PushedRequest, ConsentRequest)


async def drop_what_waits(session: AsyncSession) -> None:
    """Delete what is sealed only until somebody comes back for it."""
    for table in WAITING:
        await session.exec(delete(table))
    await session.exec(delete(Merge).where(col(Merge.merged_at).is_(None)))


async def sealed_for_the_service(session: AsyncSession) -> Sequence[tuple[SQLModel, str, str]]:
    """List the rows that stay, each with its sealed column and the place that one is bound to."""
    apps = (await session.exec(select(ProviderApp))).all()
    keys = (await session.exec(select(SigningKey))).all()
    return [
        *((app, "sealed_secret", secret_place(app.provider, app.instance)) for app in apps),
        *((key, "sealed_private_jwk", private_place(key.kid)) for key in keys),
    ]
