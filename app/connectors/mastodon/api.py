"""Calling an instance's API on her behalf, and telling its ways of failing apart."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from app.connectors.asking import asked, json_of
from app.connectors.errors import AccessRevoked, ProviderChanged, ProviderDown
from app.connectors.patience import retry_after, wait_until

PER_PAGE = 40
REGENERATING_WAIT = timedelta(minutes=1)
LATEST = int(datetime(9999, 1, 1, tzinfo=UTC).timestamp())
# Mastodon answers 401 to a revoked token and 403 for a suspended account; Pleroma 403, Takahe 400.
# What stands before an instance answers 400 and 403 too, with a page: only the instance names an
# error, as JSON or, Takahe, in these words alone.
TAKAHES_WORDS = b"Invalid Bearer token"
REFUSALS_IN_WORDS = frozenset({httpx.codes.BAD_REQUEST, httpx.codes.FORBIDDEN})
TRY_LATER = REFUSALS_IN_WORDS | {httpx.codes.TOO_MANY_REQUESTS}


class Api:
    """One account's view of one instance.

    Args:
        client: HTTP client that may call the instance.
        instance: Its base address.
        auth: Puts what it issued for her account on requests to it.
        now: The present, to read what it says about later.
    """

    def __init__(
        self, client: httpx.AsyncClient, instance: str, auth: httpx.Auth | None, now: datetime
    ) -> None:
        self._client = client
        self._instance = httpx.URL(instance)
        self._auth = auth
        self._now = now

    async def get(self, path: str) -> Any:  # noqa: ANN401 - somebody else's JSON
        """Return what a path answers.

        Raises:
            ConnectorError: It does not answer well.
        """
        return json_of(await self._answer(self._instance.join(path)))

    async def pages(self, path: str, at_most: int) -> AsyncIterator[list[Any]]:
        """Yield the pages of a list, newest first, by the `Link` header (RFC 8288).

        Args:
            path: The list.
            at_most: Pages to ask for.

        Raises:
            ConnectorError: A page does not come, or is no list.
        """
        url = self._instance.join(path).copy_merge_params({"limit": PER_PAGE})
        for _ in range(at_most):
            answer = await self._answer(url)
            page = json_of(answer)
            if not isinstance(page, list):
                raise ProviderChanged("A list was asked for, and something else came.")
            yield page
            following = self._next(answer, url)
            if following is None or not page:
                return
            self._check_quota(answer)
            url = following

    async def _answer(self, url: httpx.URL) -> httpx.Response:
        answer = await asked(self._client, url, auth=self._auth)
        self._check_status(answer)
        return answer

    def _check_status(self, answer: httpx.Response) -> None:
        status = answer.status_code
        if status == httpx.codes.UNAUTHORIZED or _refuses_in_words(answer):
            raise AccessRevoked("The instance does not accept our access any more.")
        if status in TRY_LATER or answer.is_server_error:
            raise ProviderDown(f"The instance answers {status}.", self._wait(answer))
        if status == httpx.codes.PARTIAL_CONTENT:
            raise ProviderDown("The instance is still collecting her timeline.", REGENERATING_WAIT)
        if not answer.is_success:
            raise ProviderChanged(f"The instance answers {status}.")

    def _check_quota(self, answer: httpx.Response) -> None:
        if answer.headers.get("X-RateLimit-Remaining", "").strip() == "0":
            raise ProviderDown("Our share of requests is used up.", self._wait(answer))

    def _wait(self, answer: httpx.Response) -> timedelta | None:
        """How long to leave the instance alone: `Retry-After` (RFC 9110), else Mastodon's own."""
        moment = retry_after(answer.headers.get("Retry-After", ""), self._now)
        moment = moment or _reset(answer.headers.get("X-RateLimit-Reset", ""))
        return wait_until(moment, self._now)

    def _next(self, answer: httpx.Response, present: httpx.URL) -> httpx.URL | None:
        target = answer.links.get("next", {}).get("url")
        if target is None:
            return None
        try:
            url = present.join(target)
        except (httpx.InvalidURL, ValueError):
            raise ProviderChanged("The instance's pages lead nowhere.") from None
        # Her token goes along, so a page may only lead to the same list of the same instance.
        if (url.scheme, url.netloc, url.path) != (present.scheme, present.netloc, present.path):
            raise ProviderChanged("The instance's pages lead elsewhere.")
        return url


def _refuses_in_words(answer: httpx.Response) -> bool:
    if answer.status_code not in REFUSALS_IN_WORDS:
        return False
    if answer.content == TAKAHES_WORDS:
        return True
    try:
        content = answer.json()
    except (ValueError, RecursionError):
        return False
    return isinstance(content, dict) and isinstance(content.get("error"), str)


def _reset(text: str) -> datetime | None:
    """Read a moment as Mastodon writes it, or as GoToSocial does: in seconds since 1970."""
    if text.isascii() and text.isdigit():
        return datetime.fromtimestamp(min(int(text[:20]), LATEST), UTC)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
