"""The access token of a request to the API."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from app.web.services import ServicesOf
from oauth.server import access
from oauth.server.messages import OAuthRequest

_documented = HTTPBearer(
    auto_error=False,
    description="An access token from `/oauth/token`, such as `mil_at_…`. One that is bound to a "
    "key (RFC 9449) is sent as `DPoP` instead, with a proof in the `DPoP` header.",
)


async def presented_token(
    request: Request, services: ServicesOf, _scheme: Annotated[object, Depends(_documented)]
) -> access.Presented:
    """Return the presented access token.

    Raises:
        AccessRefused: There is none, or it stands where logs and histories would keep it.
    """
    # Without the body: the API takes no forms.
    message = OAuthRequest.parse(
        request.method, request.headers.items(), request.scope["query_string"], b""
    )
    return access.presented_token(message, services.issuer + request.url.path)


Presented = Annotated[access.Presented, Depends(presented_token)]
