"""All connectors, by the name of their provider."""

from app.connectors.mastodon import Mastodon
from app.errors import NotFound


class Catalogue:
    """Finds connectors.

    Args:
        connectors: Every connector this deployment offers.
    """

    def __init__(self, *connectors: Mastodon) -> None:
        self._connectors = {connector.name: connector for connector in connectors}

    @property
    def names(self) -> list[str]:
        """The providers that can be linked, in the order in which they are offered."""
        return list(self._connectors)

    def find(self, name: str) -> Mastodon:
        """Find a connector.

        Raises:
            NotFound: This provider is not offered here.
        """
        try:
            return self._connectors[name]
        except KeyError:
            known = ", ".join(self._connectors)
            raise NotFound(f"There is no connector of this name; there is: {known}.") from None
