"""Mastodon and what speaks its API, as they document themselves."""

from app.connectors.catalogue import About, Means, Reads
from app.connectors.mastodon.api import PER_PAGE
from app.connectors.standard import OAuthDescription
from context.post import MAX_NETWORK_POSTS, MAX_POSTS

# Statuses that are not read take room on the pages; twice the room is enough for most people.
HER_PAGES = 2 * MAX_POSTS // PER_PAGE
NETWORK_PAGES = 2 * MAX_NETWORK_POSTS // PER_PAGE

ABOUT = About(
    name="mastodon",
    title="Mastodon",
    linked_by=Means.OAUTH,
    reads=frozenset(Reads),
    requests=HER_PAGES + NETWORK_PAGES + 1,
    documentation=(
        "https://docs.joinmastodon.org/methods/",
        "https://docs.gotosocial.org/en/latest/api/swagger/",
        "https://docs.pleroma.social/backend/development/API/differences_in_mastoapi_responses/",
    ),
    terms="{instance}/about",
)

# Access tokens do not end by themselves, and are not renewed; Pleroma's do, and are.
OAUTH = OAuthDescription(
    authorization_endpoint="{instance}/oauth/authorize",
    token_endpoint="{instance}/oauth/token",  # noqa: S106 - an address
    revocation_endpoint="{instance}/oauth/revoke",
    registration_endpoint="{instance}/api/v1/apps",
    scopes=("read:accounts", "read:statuses"),
)
