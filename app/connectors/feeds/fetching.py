"""Fetching pages and feeds, and telling their ways of failing apart."""

from datetime import datetime

import httpx

from app.connectors.errors import AccessRevoked, ProviderChanged, ProviderDown
from app.connectors.feeds.address import found_at
from app.connectors.patience import retry_after, wait_until
from app.outbound import OutboundFailed, OutboundRefused

MAX_HOPS = 3
HEADERS = {
    "Accept": "text/html, application/atom+xml, application/rss+xml, application/feed+json, "
    "application/xml;q=0.9, */*;q=0.5"
}
# What stands before many blogs answers 403 to whom it takes for a robot, for a while.
TRY_LATER = frozenset({httpx.codes.FORBIDDEN, httpx.codes.TOO_MANY_REQUESTS})


async def get(
    client: httpx.AsyncClient, url: httpx.URL, now: datetime, hops: int = MAX_HOPS
) -> httpx.Response:
    """Fetch a page or a feed, following redirects within its site.

    Blogs redirect from one spelling of their address to another: with `www.` or without, with a
    slash or without. Each hop goes through the guard like any other request.

    Args:
        client: A guarded HTTP client.
        url: What to fetch.
        now: The present, to read what it says about later.
        hops: Redirects to follow at most.

    Raises:
        ConnectorError: It does not answer well.
    """
    answer = await _answer(client, url)
    for _ in range(hops):
        target = found_at(url, answer.headers.get("Location", "")) if answer.is_redirect else None
        if target is None:
            break
        url = target
        answer = await _answer(client, url)
    _check_status(answer, now)
    return answer


async def _answer(client: httpx.AsyncClient, url: httpx.URL) -> httpx.Response:
    try:
        return await client.get(url, headers=HEADERS)
    except OutboundRefused as error:
        raise ProviderChanged(error.detail) from None
    except OutboundFailed as error:
        raise ProviderDown(error.detail) from None


def _check_status(answer: httpx.Response, now: datetime) -> None:
    status = answer.status_code
    if status == httpx.codes.GONE:
        raise AccessRevoked("Its server says that it is gone for good.")
    if status in TRY_LATER or answer.is_server_error:
        wait = wait_until(retry_after(answer.headers.get("Retry-After", ""), now), now)
        raise ProviderDown(f"Its server answers {status}; try later.", wait)
    if answer.is_redirect:
        raise ProviderChanged("It leads elsewhere; give the address where it ends.")
    if not answer.is_success:
        raise ProviderChanged(f"Its server answers {status}; check the address.")
