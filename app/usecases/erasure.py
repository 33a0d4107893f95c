"""Erasing everything of a customer's: here, and our access to her accounts elsewhere."""

from app.usecases.connections import Connections
from app.usecases.customers import Customers


class Erasure:
    """Erases customers.

    Args:
        customers: Deletes what is kept here.
        connections: Ends our access at her providers.
    """

    def __init__(self, customers: Customers, connections: Connections) -> None:
        self._customers = customers
        self._connections = connections

    async def erase(self, customer_id: str) -> None:
        """Erase everything of hers at once, then give our access back, as far as providers answer.

        Raises:
            NotFound: There is no such customer (any more).
        """
        # Once her data key is gone, nobody can read the tokens that are to be revoked.
        ours_elsewhere = await self._connections.tokens_to_revoke(customer_id)
        await self._customers.erase(customer_id)
        await self._connections.revoke_at_providers(ours_elsewhere)
