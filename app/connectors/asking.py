"""Asking a provider's server, with what goes wrong on the way told as connectors tell it."""

from typing import Any

import httpx

from app.connectors.errors import ProviderChanged, ProviderDown
from app.outbound import OutboundFailed, OutboundRefused


async def asked(
    client: httpx.AsyncClient,
    url: httpx.URL | str,
    accept: str = "application/json",
    auth: httpx.Auth | None = None,
) -> httpx.Response:
    """Return what a server answers, whatever its status.

    Args:
        client: A guarded HTTP client.
        url: The address.
        accept: The media type that is wanted.
        auth: What puts her token on the request.

    Raises:
        ProviderChanged: The address is not one that is called.
        ProviderDown: There is no answer.
    """
    try:
        return await client.get(url, headers={"Accept": accept}, auth=auth)
    except OutboundRefused as error:
        raise ProviderChanged(error.detail) from None
    except OutboundFailed as error:
        raise ProviderDown(error.detail) from None


def json_of(answer: httpx.Response) -> Any:  # noqa: ANN401 - somebody else's JSON
    """Return the JSON that was answered.

    Raises:
        ProviderDown: It is none: somebody else answers in the server's place.
    """
    try:
        return answer.json()
    except (ValueError, RecursionError):  # the cause would carry what was answered
        raise ProviderDown("The server answers with something that is not JSON.") from None
