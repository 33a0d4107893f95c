"""Her personal data server, asked on her behalf; it passes on what the network knows.

https://atproto.com/specs/xrpc describes requests and errors.
"""

import re
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import httpx

from app.connectors.asking import asked
from app.connectors.bluesky.fetching import check_status, json_object, wait_asked
from app.connectors.errors import AccessRevoked, ProviderChanged, ProviderDown

PER_PAGE = 100
# What is said of an account that is not to be read any more, with status 400.
ENDED = frozenset(
    {
        "AccountDeactivated",
        "AccountNotFound",
        "AccountSuspended",
        "AccountTakedown",
        "ExpiredToken",
        "InvalidToken",
    }
)
# A proof that is refused says nothing of the token: a clock is wrong, ours or theirs (RFC 9449).
_PROOF_REFUSED = re.compile(r'\berror="?(?:use_dpop_nonce|invalid_dpop_proof)\b')


class Api:
    """One account's view of the network.

    Args:
        client: A guarded HTTP client.
        server: Base address of her personal data server.
        auth: Puts her token on requests to that server.
        now: The present, to read what is said about later.
    """

    def __init__(
        self, client: httpx.AsyncClient, server: str, auth: httpx.Auth, now: datetime
    ) -> None:
        self._client = client
        self._base = httpx.URL(f"{server}/xrpc/")
        self._auth = auth
        self._now = now

    async def get(self, method: str, **params: str | int) -> dict[str, Any]:
        """Return what a method answers.

        Raises:
            ConnectorError: It does not answer well.
        """
        return json_object(await self._answer(method, params))

    async def feed(
        self, method: str, at_most: int, **params: str | int
    ) -> AsyncIterator[list[dict[str, Any]]]:
        """Yield the pages of a feed, newest first.

        Args:
            method: That of the feed.
            at_most: Pages to ask for.
            **params: Of the feed.

        Raises:
            ConnectorError: A page does not come, or is none.
        """
        asking = {**params, "limit": PER_PAGE}
        for _ in range(at_most):
            answer = await self._answer(method, asking)
            content = json_object(answer)
            page, cursor = content.get("feed"), content.get("cursor")
            if not isinstance(page, list) or not isinstance(cursor, str | None):
                raise ProviderChanged("A feed was asked for, and something else came.")
            yield page
            if not cursor:
                return
            self._check_quota(answer)
            asking["cursor"] = cursor

    async def _answer(self, method: str, params: dict[str, str | int]) -> httpx.Response:
        url = self._base.join(method).copy_merge_params(params)
        answer = await asked(self._client, url, auth=self._auth)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            self._refused(answer)
        if answer.status_code in {httpx.codes.BAD_REQUEST, httpx.codes.FORBIDDEN}:
            self._complained(answer)
        check_status(answer, self._now)
        return answer

    def _refused(self, answer: httpx.Response) -> None:
        if _PROOF_REFUSED.search(answer.headers.get("WWW-Authenticate", "")):
            raise ProviderDown("The server refuses our proofs; a clock may be wrong.")
        raise AccessRevoked("The server does not accept our access any more.")

    def _complained(self, answer: httpx.Response) -> None:
        said = _error(answer)
        is_forbidden = answer.status_code == httpx.codes.FORBIDDEN
        if said in ENDED or (is_forbidden and said):
            raise AccessRevoked("The server does not let us read this account any more.")
        if is_forbidden:  # what stands before a server answers so too, with a page
            raise ProviderDown("The server answers 403.", wait_asked(answer, self._now))

    def _check_quota(self, answer: httpx.Response) -> None:
        if answer.headers.get("RateLimit-Remaining", "").strip() == "0":
            raise ProviderDown("Our share of requests is used up.", wait_asked(answer, self._now))


def _error(answer: httpx.Response) -> str:
    try:
        content = answer.json()
    except (ValueError, RecursionError):
        return ""
    said = content.get("error") if isinstance(content, dict) else None
    return said if isinstance(said, str) else ""
