"""Authorization requests while they wait, sealed: they may hold a client's own number for her."""

import json
from collections.abc import Mapping

from oauth.server.tokens import Secrets


def sealed(parameters: Mapping[str, str], place: str, secrets: Secrets) -> bytes:
    """Seal a request's parameters.

    Args:
        parameters: Those of `Asked`.
        place: Table, column and key of the row they are kept in; they open nowhere else.
        secrets: How secrets are kept.
    """
    return secrets.seal(json.dumps(dict(parameters)).encode(), place)


def opened(kept: bytes, place: str, secrets: Secrets) -> dict[str, str]:
    """Open what was `sealed` for this place."""
    parameters: dict[str, str] = json.loads(secrets.unseal(kept, place))
    return parameters
