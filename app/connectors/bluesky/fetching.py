"""What the network's servers answer, and their ways of failing told apart."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from app.connectors.asking import asked, json_of
from app.connectors.errors import ProviderChanged, ProviderDown
from app.connectors.patience import retry_after, wait_until

# A moment in seconds since 1970, of this century.
LONGEST_MOMENT = 11


class Absent(ProviderChanged):
    """There is no such document."""


class Gone(Absent):
    """There was one, and it is gone for good."""


async def document(client: httpx.AsyncClient, url: str, now: datetime) -> dict[str, Any]:
    """Fetch a public JSON object; no redirect is followed: it is where it is said to be.

    Args:
        client: A guarded HTTP client.
        url: Where it is.
        now: The present, to read what is said about later.

    Raises:
        Gone: It was withdrawn.
        Absent: There is none.
        ConnectorError: It does not come, or is something else.
    """
    answer = await asked(client, url)
    check_status(answer, now)
    return json_object(answer)


def check_status(answer: httpx.Response, now: datetime) -> None:
    """Let a success pass.

    Raises:
        Gone: There is nothing there any more.
        Absent: There is nothing there.
        ProviderDown: It may be better later.
        ProviderChanged: It will not.
    """
    status = answer.status_code
    if status == httpx.codes.GONE:
        raise Gone(f"The server answers {status}.")
    if status == httpx.codes.NOT_FOUND:
        raise Absent(f"The server answers {status}.")
    if status == httpx.codes.TOO_MANY_REQUESTS or answer.is_server_error:
        raise ProviderDown(f"The server answers {status}.", wait_asked(answer, now))
    if not answer.is_success:
        raise ProviderChanged(f"The server answers {status}.")


def wait_asked(answer: httpx.Response, now: datetime) -> timedelta | None:
    """Return how long a server asks to be left alone: `Retry-After`, else `RateLimit-Reset`.

    The second is what the network's own servers send: a moment, in seconds since 1970.
    """
    moment = retry_after(answer.headers.get("Retry-After", ""), now)
    moment = moment or _moment(answer.headers.get("RateLimit-Reset", ""))
    return wait_until(moment, now)


def json_object(answer: httpx.Response) -> dict[str, Any]:
    """Return the JSON object that was answered.

    Raises:
        ProviderDown: It is no JSON.
        ProviderChanged: It is no object.
    """
    content = json_of(answer)
    if not isinstance(content, dict):
        raise ProviderChanged("The server answers with something that is no object.")
    return content


def _moment(text: str) -> datetime | None:
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_MOMENT):
        return None
    return datetime.fromtimestamp(int(text), UTC)
