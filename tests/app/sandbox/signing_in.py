"""How a test signs in as a synthetic person: it walks the pages as a browser would."""

import base64
import hashlib
import re
import secrets
from urllib.parse import parse_qs, urlsplit

import httpx
from mastodon import Mastodon

CALLBACK = "http://127.0.0.1:9/callback"
SCOPES = ["read", "write", "profile"]


def pkce() -> tuple[str, str]:
    """Return a verifier and its S256 challenge."""
    verifier = secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    return verifier, base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def ticket_in(page: str) -> str:
    """Return the hidden ticket of a consent page."""
    return re.search(r'name="ticket" value="([^"]+)"', page)[1]


def approve(authorization_url: str, handle: str | None) -> dict[str, str]:
    """Open the consent page, press a person's button (None: deny); return the callback's query."""
    with httpx.Client() as browser:
        page = browser.get(authorization_url)
        assert page.status_code == 200, page.text
        form = {"ticket": ticket_in(page.text)}
        form |= {"decision": "deny"} if handle is None else {"handle": handle}
        target = str(httpx.URL(authorization_url).copy_with(query=None))
        answer = browser.post(target, data=form)
    assert answer.status_code == 303, answer.text
    location = urlsplit(answer.headers["location"])
    return {name: values[0] for name, values in parse_qs(location.query).items()}


def sign_in(url: str, handle: str, scopes: list[str] = SCOPES, **options) -> Mastodon:
    """Register an app and sign in with Mastodon.py alone."""
    client_id, client_secret = Mastodon.create_app(
        "A test", scopes, redirect_uris=CALLBACK, api_base_url=url
    )
    api = Mastodon(client_id, client_secret, api_base_url=url, request_timeout=20, **options)
    asked = api.auth_request_url(redirect_uris=CALLBACK, scopes=scopes, state="s1", allow_http=True)
    answer = approve(asked, handle)
    assert answer["state"] == "s1"
    api.log_in(code=answer["code"], redirect_uri=CALLBACK, scopes=scopes, allow_http=True)
    return api
