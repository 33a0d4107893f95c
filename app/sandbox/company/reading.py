"""Reading a customer's context with the token she granted."""

from dataclasses import dataclass
from typing import Any

import httpx

CONTEXT_PATH = "/v1/context"


@dataclass(eq=False)
class Refused(Exception):
    """The service does not answer; its words say why (RFC 9457).

    Attributes:
        status: HTTP status.
        title: The kind of problem.
        detail: What happened this time, and what to do.
    """

    status: int
    title: str
    detail: str

    @property
    def is_expired(self) -> bool:
        """Whether a fresh token may help."""
        return self.status == httpx.codes.UNAUTHORIZED


async def read_context(
    http: httpx.AsyncClient, issuer: str, access_token: str, agent: str
) -> dict[str, Any]:
    """Return the customer's context.

    Args:
        http: Client to call the service with.
        issuer: The service's address.
        access_token: The token she granted.
        agent: Who reads; she sees this name in her access log.

    Raises:
        Refused: The service does not answer, for instance because she revoked her grant.
        httpx.HTTPError: It cannot be reached.
    """
    headers = {"Authorization": f"Bearer {access_token}", "Milieu-Agent": agent}
    answer = await http.get(issuer + CONTEXT_PATH, headers=headers)
    if answer.is_error:
        raise _refusal(answer)
    context: dict[str, Any] = answer.json()
    return context


def _refusal(answer: httpx.Response) -> Refused:
    try:
        problem = answer.json()
        return Refused(answer.status_code, str(problem["title"]), str(problem.get("detail", "")))
    except (ValueError, KeyError, TypeError):
        return Refused(answer.status_code, "The context cannot be read", answer.reason_phrase)
