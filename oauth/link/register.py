"""Making ourselves known to an instance that has never heard of us.

Mastodon's own registration, which Pleroma, GoToSocial and Takahe copy:
https://docs.joinmastodon.org/methods/apps/#create
"""

import httpx

from oauth.link.answers import read_json, read_text
from oauth.link.errors import LinkRefused
from oauth.link.provider import Provider, Registration


async def register_app(
    client: httpx.AsyncClient, provider: Provider, *, name: str, website: str, redirect_uri: str
) -> Registration:
    """Register at an instance; anybody may, no account is needed.

    Args:
        client: HTTP client that may call the instance.
        provider: The instance.
        name: What her consent page there calls us.
        website: Where she can read who we are.
        redirect_uri: Where she comes back.

    Raises:
        LinkRefused: The instance takes no registrations.
        ProviderUnusable: Its answer is none.
    """
    if provider.registration_endpoint is None:
        raise LinkRefused("registration_not_supported")
    answer = await client.post(
        provider.registration_endpoint,
        data={
            "client_name": name,
            "website": website,
            "redirect_uris": redirect_uri,
            "scopes": " ".join(provider.scopes),
        },
        headers={"Accept": "application/json"},
    )
    content = read_json(answer)
    return Registration(
        client_id=read_text(content, "client_id", answer.status_code),
        client_secret=read_text(content, "client_secret", answer.status_code),
    )
