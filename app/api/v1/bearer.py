"""The access token of a request: in the Authorization header, nowhere else (RFC 6750, RFC 9449)."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from app.errors import TOKEN_MISSING, Invalid, Unauthenticated
from app.usecases.possession import PresentedToken
from oauth.server.access import SCHEMES

_documented = HTTPBearer(
    auto_error=False,
    description="An access token from `/oauth/token`, such as `mil_at_…`. One that is bound to a "
    "key (RFC 9449) is sent as `DPoP` instead, with a proof in the `DPoP` header.",
)


async def presented_token(
    request: Request, _scheme: Annotated[object, Depends(_documented)]
) -> PresentedToken:
    """Return the presented access token.

    Raises:
        Invalid: A token was put into the address, where logs and histories would keep it.
        Unauthenticated: There is none.
    """
    if "access_token" in request.query_params:
        raise Invalid("Send the access token in the Authorization header, never in the address.")
    word, _, token = request.headers.get("authorization", "").partition(" ")
    scheme = SCHEMES.get(word.lower())
    if scheme is None or not token.strip():
        raise Unauthenticated(
            "Send an access token: `Authorization: Bearer mil_at_…`.", code=TOKEN_MISSING
        )
    proofs = request.headers.getlist("dpop")
    proof = proofs[0] if len(proofs) == 1 else None
    return PresentedToken(token.strip(), scheme, proof, request.method, request.url.path)


Presented = Annotated[PresentedToken, Depends(presented_token)]
