"""The access token of a request (RFC 6750): in the Authorization header, nowhere else."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from app.errors import TOKEN_MISSING, Invalid, Unauthenticated

_documented = HTTPBearer(
    auto_error=False, description="An access token from `/oauth/token`, such as `mil_at_…`."
)


async def bearer_token(request: Request, _scheme: Annotated[object, Depends(_documented)]) -> str:
    """Return the presented access token.

    Raises:
        Invalid: A token was put into the address, where logs and histories would keep it.
        Unauthenticated: There is none.
    """
    if "access_token" in request.query_params:
        raise Invalid("Send the access token in the Authorization header, never in the address.")
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated(
            "Send an access token: `Authorization: Bearer mil_at_…`.", code=TOKEN_MISSING
        )
    return token.strip()


BearerToken = Annotated[str, Depends(bearer_token)]
