"""Reading a customer's context with the token she granted."""

from dataclasses import dataclass
from typing import Any

import httpx

CONTEXT_PATH = "/v1/context"

NOTHING_MORE = "You see nothing from now on. Ask again only if the customer wants that."
ENDED = {
    "grant_revoked": ("The customer ended this", NOTHING_MORE),
    "grant_expired": ("The time agreed on is over", "Ask the customer again."),
    "invalid_token": ("This desk may not look any more", "Ask the customer again."),
}
"""What an agent is told, title and detail, by the code of the problem."""


@dataclass(eq=False)
class Refused(Exception):
    """The service does not answer; its words say why (RFC 9457), or ours where we know better.

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

    @property
    def is_final(self) -> bool:
        """Whether reading again will be refused, too."""
        return self.status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN)


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
        theirs = str(problem["title"]), str(problem.get("detail", ""))
        return Refused(answer.status_code, *ENDED.get(str(problem.get("code")), theirs))
    except (ValueError, KeyError, TypeError):
        return Refused(answer.status_code, "The context cannot be read", answer.reason_phrase)
