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
    outbox,
    proofs,
    sign_in,
)

router = APIRouter(include_in_schema=False, dependencies=[Depends(from_our_own_page)])
for group in (
    assets,
    landing,
    sign_in,
    archives,
    connections,
    proofs,
    context,
    grants,
    accesses,
    account,
    merges,
    consent,
    outbox,
):
    router.include_router(group.router)
