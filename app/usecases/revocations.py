"""Ending our access at providers: after an unlinking, and after an erasure."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlmodel.ext.asyncio.session import AsyncSession

from app.store.connections import Connection
from app.store.customers import open_box
from app.store.secrets import SealError, Vault
from app.usecases.accounts import open_tokens
from app.usecases.provider_tokens import ProviderTokens
from oauth.link.provider import Tokens

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Revocation:
    """Our access to one account, to be ended at its provider; no tokens, nothing to end."""

    provider: str
    instance: str
    tokens: Tokens | None = field(repr=False)


class Revocations:
    """Ends our access at providers; nothing that fails here keeps her from leaving.

    Args:
        vault: Opens tokens.
        tokens: Ends our tokens at providers.
    """

    def __init__(self, vault: Vault, tokens: ProviderTokens) -> None:
        self._vault = vault
        self._tokens = tokens

    async def of(
        self, session: AsyncSession, customer_id: str, connections: Sequence[Connection]
    ) -> list[Revocation]:
        """List what is to be ended of some connections of one customer.

        What does not open is left out.

        Args:
            session: A transaction.
            customer_id: Whose connections.
            connections: Which.
        """
        try:
            box = await open_box(session, self._vault, customer_id)
        except SealError:
            logger.warning("the data key of %s does not open: nothing is revoked", customer_id)
            return []
        found = []
        for connection in connections:
            try:
                tokens = open_tokens(box, connection)
            except SealError:
                logger.warning("the tokens of %s do not open: not revoked", connection.id)
            else:
                found.append(Revocation(connection.provider, connection.instance, tokens))
        return found

    async def end(self, item: Revocation) -> bool:
        """End our access to an account; say whether it has ended for sure. Never raises."""
        if item.tokens is None:
            return True
        try:
            return await self._tokens.revoke(item.provider, item.instance, item.tokens)
        except Exception as error:  # noqa: BLE001 - whatever fails here, she is rid of the link
            logger.error("a revocation failed: %s", type(error).__name__)  # noqa: TRY400 - a traceback may quote a token
            return False
