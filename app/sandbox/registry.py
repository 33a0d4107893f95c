"""Who may call: registered apps, codes on their way, tokens."""

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

_CODE_LIFETIME = timedelta(minutes=10)
_OPEN_PAGES = 1000  # consent pages that may be open at once; the oldest gives way


@dataclass(frozen=True, slots=True)
class App:
    """A registered application, as Mastodon keeps it."""

    client_id: str
    client_secret: str = field(repr=False)
    name: str
    redirect_uris: tuple[str, ...]
    scopes: tuple[str, ...]
    website: str | None
    number: int


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """What an app asks a person for: the query of `/oauth/authorize`, checked."""

    client_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str | None
    code_challenge: str | None


@dataclass(frozen=True, slots=True)
class Code:
    """An authorization code's meaning: who agreed to what, and until when it can be redeemed."""

    request: AuthorizationRequest
    handle: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Token:
    """An access token; without a handle it speaks for the app alone."""

    value: str = field(repr=False)
    client_id: str
    handle: str | None
    scopes: tuple[str, ...]
    created_at: datetime
    revoked: bool = False


class Registry:
    """Apps, requests, codes and tokens, in memory."""

    def __init__(self) -> None:
        self.apps: dict[str, App] = {}
        self.tokens: dict[str, Token] = {}
        self._requests: dict[str, AuthorizationRequest] = {}
        self._codes: dict[str, Code] = {}

    def register(
        self,
        name: str,
        redirect_uris: tuple[str, ...],
        scopes: tuple[str, ...],
        website: str | None,
    ) -> App:
        """Register an app and give it an id and a secret."""
        app = App(
            client_id=secrets.token_urlsafe(32),
            client_secret=secrets.token_urlsafe(32),
            name=name,
            redirect_uris=redirect_uris,
            scopes=scopes,
            website=website,
            number=len(self.apps) + 1,
        )
        self.apps[app.client_id] = app
        return app

    def authenticate(self, client_id: str, client_secret: str) -> App | None:
        """Return the app if the secret is its own."""
        app = self.apps.get(client_id)
        if app is None:
            return None
        same = hmac.compare_digest(app.client_secret.encode(), client_secret.encode())
        return app if same else None

    def remember(self, request: AuthorizationRequest) -> str:
        """Keep a request while its consent page is open; return the page's ticket."""
        ticket = secrets.token_urlsafe(24)
        self._requests[ticket] = request
        if len(self._requests) > _OPEN_PAGES:
            del self._requests[next(iter(self._requests))]
        return ticket

    def decide(self, ticket: str) -> AuthorizationRequest | None:
        """Take the request of a consent page; a ticket decides once."""
        return self._requests.pop(ticket, None)

    def issue_code(self, request: AuthorizationRequest, handle: str, now: datetime) -> str:
        """Return a code for what the person agreed to."""
        code = secrets.token_urlsafe(32)
        self._codes[code] = Code(request, handle, now + _CODE_LIFETIME)
        return code

    def redeem(self, code: str, now: datetime) -> Code | None:
        """Take a code; it can be taken once, and not after its ten minutes."""
        meaning = self._codes.pop(code, None)
        return meaning if meaning is not None and now < meaning.expires_at else None

    def issue_token(
        self, client_id: str, handle: str | None, scopes: tuple[str, ...], now: datetime
    ) -> Token:
        """Return a new token."""
        token = Token(secrets.token_urlsafe(32), client_id, handle, scopes, now)
        self.tokens[token.value] = token
        return token

    def revoke(self, token: Token) -> None:
        """Make a token useless; it is remembered as revoked."""
        self.tokens[token.value] = Token(
            token.value, token.client_id, token.handle, token.scopes, token.created_at, revoked=True
        )

    def revoke_person(self, handle: str) -> int:
        """Revoke every token of a person; return how many there were."""
        hers = [one for one in self.tokens.values() if one.handle == handle and not one.revoked]
        for token in hers:
            self.revoke(token)
        return len(hers)

    def drop_apps(self) -> int:
        """Forget all apps and their tokens, as Mastodon's vacuum does with unused ones."""
        dropped = len(self.apps)
        self.apps.clear()
        self.tokens.clear()
        self._requests.clear()
        self._codes.clear()
        return dropped
