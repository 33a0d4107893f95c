"""What a provider's endpoints answer, read with care: it is somebody else's JSON."""

import re
from datetime import datetime, timedelta
from typing import Any

import httpx

from oauth.link.errors import ClientUnknown, LinkError, LinkRefused, ProviderUnusable
from oauth.link.provider import Tokens

SERVER_ERROR = 500
TOO_MANY_REQUESTS = 429
UNAUTHORIZED = 401
# With these a provider refuses a request; others, such as 404, it has for other matters too.
REFUSALS = frozenset({400, UNAUTHORIZED, 403})
# RFC 6749, section 5.2 allows more characters; no code in use has them.
ERROR_CODE = re.compile(r"[a-z_]{1,64}")
UNKNOWN_ERROR = "unknown_error"
# RFC 6750, section 2.1: what may stand in an Authorization header.
TOKEN = re.compile(r"[\x21-\x7e]{1,4096}")
# Said of a proof, or of a description that could not be fetched; of nobody's access (RFC 9449,
# RFC 7591).
TRY_AGAIN = frozenset({"use_dpop_nonce", "invalid_dpop_proof", "invalid_client_metadata"})
# RFC 6749, section 3.3: scope tokens, separated by spaces.
SCOPE = re.compile(r"[\x20-\x7e]{1,4096}")
# Longer than any token lasts that still ends; more would not fit into a date.
LASTS_AT_MOST_S = 10 * 366 * 86_400


def read_json(answer: httpx.Response) -> dict[str, Any]:
    """Return the JSON object that a provider answered with.

    Raises:
        ClientUnknown: The answer is `invalid_client`, or 401, which is said of a client alone
            (RFC 6749, section 5.2; Takahe names other errors with it).
        LinkRefused: It is another error, by its code or, as Pleroma has it, in words.
        ProviderUnusable: It is neither an object nor an error.
    """
    unusable = ProviderUnusable(answer.status_code, answer.headers.get("Retry-After", ""))
    try:
        content = answer.json()
    except (ValueError, RecursionError):  # the cause would carry the text that was answered
        raise unusable from None
    if not isinstance(content, dict):
        raise unusable
    if answer.is_success:
        return content
    if answer.status_code >= SERVER_ERROR or answer.status_code == TOO_MANY_REQUESTS:
        raise unusable
    code = content.get("error")
    is_code = isinstance(code, str) and ERROR_CODE.fullmatch(code)
    if not isinstance(code, str) or not (is_code or answer.status_code in REFUSALS):
        raise unusable
    if code in TRY_AGAIN:
        raise unusable
    raise refusal("invalid_client" if answer.status_code == UNAUTHORIZED else code)


def refusal(code: str) -> LinkError:
    """Name an OAuth error code by our own errors; a code that is none becomes `UNKNOWN_ERROR`."""
    if code == "invalid_client":
        return ClientUnknown("The provider does not know this service any more.")
    return LinkRefused(code if ERROR_CODE.fullmatch(code) else UNKNOWN_ERROR)


def read_text(content: dict[str, Any], name: str, status: int) -> str:
    """Return a member that must be a token-like text.

    Raises:
        ProviderUnusable: It is missing, or could not be sent in a header.
    """
    value = _matching(TOKEN, content.get(name))
    if value is None:
        raise ProviderUnusable(status)
    return value


def read_tokens(answer: httpx.Response, now: datetime, *, dpop: bool = False) -> Tokens:
    """Read a token response (RFC 6749, section 5.1).

    Args:
        answer: The response.
        now: When it was asked for.
        dpop: Whether tokens must be bound to a key (RFC 9449, section 5), and not to nothing.

    Raises:
        LinkError: It is an error, or not a token response.
    """
    content = read_json(answer)
    if str(content.get("token_type", "")).lower() != ("dpop" if dpop else "bearer"):
        raise ProviderUnusable(answer.status_code)
    return Tokens(
        access_token=read_text(content, "access_token", answer.status_code),
        refresh_token=_matching(TOKEN, content.get("refresh_token")),
        expires_at=_expiry(content.get("expires_in"), now),
        scope=_matching(SCOPE, content.get("scope")) or "",
        subject=_matching(TOKEN, content.get("sub")),
    )


def _matching(pattern: re.Pattern[str], value: object) -> str | None:
    return value if isinstance(value, str) and pattern.fullmatch(value) else None


def _expiry(seconds: object, now: datetime) -> datetime | None:
    # Of a lifetime that cannot be, nothing is made: the provider refuses the token when it ends.
    if not isinstance(seconds, int) or isinstance(seconds, bool):
        return None
    return now + timedelta(seconds=seconds) if 0 <= seconds <= LASTS_AT_MOST_S else None
