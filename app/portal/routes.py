"""All pages in one router."""

from fastapi import APIRouter, Depends

from app.portal import assets
from app.portal.forms import from_our_own_page
from app.portal.pages import (
    accesses,
    account,
    archives,
    connections,
    consent,
    context,
    grants,
    landing,
    merges,
    openid,
    outbox,
    proofs,
    sign_in,
    ways,
)

router = APIRouter(include_in_schema=False, dependencies=[Depends(from_our_own_page)])
for group in (
    assets,
    landing,
    sign_in,
    openid,
    archives,
    connections,
    proofs,
    context,
    grants,
    accesses,
    account,
    ways,
    merges,
    consent,
    outbox,
):
    router.include_router(group.router)
