"""Clients: who may ask customers for their context, for what, and which parts of it."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from app.clock import Clock
from app.errors import Conflict, Invalid, NotFound
from app.ids import CLIENT_SECRET, new_id, new_secret, secret_hash
from app.store.clients import Client, disable_client, find_client, list_clients
from app.store.engine import Database
from app.usecases.purposes import PURPOSES
from context.lens import Lens
from oauth.server.assertions import jwks_fault
from oauth.server.clients import redirect_uri_fault
from oauth.server.details import ROLES
from oauth.server.openid import ID_TOKEN_ALGORITHMS
from oauth.server.stores import RS256, Profile

MAX_NAME_CHARACTERS = 80


class Clients:
    """What the operator does about clients.

    Args:
        database: Where they are kept.
        clock: The time.
        sections: Every section on offer.
    """

    def __init__(self, database: Database, clock: Clock, sections: Collection[str]) -> None:
        self._database = database
        self._clock = clock
        self._sections = tuple(sections)

    async def create(
        self,
        name: str,
        uri: str,
        redirect_uris: Sequence[str],
        purposes: Sequence[str],
        sections: Sequence[str],
        *,
        public: bool = False,
        jwks: Mapping[str, Any] | None = None,
        profile: str = Profile.OAUTH,
        id_token_algorithm: str | None = None,
        lens: Mapping[str, Sequence[str]] | None = None,
    ) -> tuple[Client, str | None]:
        """Register a client.

        Args:
            name: The company's name, as customers know it.
            uri: The company's https address; its host is shown beside the name.
            redirect_uris: Where customers may be sent back to: https, or http on loopback.
            purposes: DPV terms from `app.usecases.purposes`; the first is the default.
            sections: Sections it may ask for.
            public: Whether it cannot keep a secret (an app on a device, RFC 6749 section 2.1).
            jwks: Its public keys, if it authenticates by `private_key_jwt`.
            profile: What it is held to: `oauth2.1`, or `fapi2` (FAPI 2.0 security profile), which
                takes keys, and makes pushed requests and proof of possession mandatory.
            id_token_algorithm: What its ID tokens are signed with; RS256, with FAPI ES256.
            lens: Its approved `brands` and `rivals`, 20 terms of each at most.

        Returns:
            The client, and its secret (None for one without), shown this once and kept hashed.

        Raises:
            Invalid: A value is not allowed; the message says which and what is.
        """
        _check_name(name)
        _check_uri(uri)
        _check_redirect_uris(redirect_uris)
        _check_among("purpose", purposes, PURPOSES)
        _check_among("section", sections, self._sections)
        is_fapi = _check_profile(profile, jwks)
        _check_authentication(jwks, public=public)
        algorithm = id_token_algorithm or ("ES256" if is_fapi else RS256)
        if is_fapi and algorithm == RS256:
            raise Invalid("The profile fapi2 leaves ES256 for ID tokens.")
        _check_among("algorithm", [algorithm], ID_TOKEN_ALGORITHMS)
        now = self._clock()
        secret = None if public or jwks is not None else new_secret(CLIENT_SECRET)
        client = Client(
            id=new_id("cli", now),
            name=name.strip(),
            uri=uri,
            secret_hash=None if secret is None else secret_hash(secret),
            redirect_uris=list(redirect_uris),
            purposes=list(dict.fromkeys(purposes)),
            sections=list(dict.fromkeys(sections)),
            jwks=None if jwks is None else dict(jwks),
            profile=profile,
            id_token_algorithm=algorithm,
            lens=_checked_lens(lens or {}),
            created_at=now,
        )
        async with self._database.writing() as session:
            session.add(client)
        return client, secret

    async def get(self, client_id: str) -> Client:
        """Return a client.

        Raises:
            NotFound: There is none of that id.
        """
        async with self._database.reading() as session:
            client = await find_client(session, client_id)
        if client is None:
            raise NotFound("There is no such client.")
        return client

    async def list(self) -> Sequence[Client]:
        """List all clients, oldest first."""
        async with self._database.reading() as session:
            return await list_clients(session)

    async def disable(self, client_id: str) -> None:
        """Disable a client: from now on it fails in every flow, and so do its tokens.

        Raises:
            NotFound: There is none of that id.
            Conflict: It is disabled already.
        """
        async with self._database.writing() as session:
            if await find_client(session, client_id) is None:
                raise NotFound("There is no such client.")
            if not await disable_client(session, client_id, self._clock()):
                raise Conflict("This client is disabled already.")


def host_of(uri: str) -> str:
    """Return the host of an address, to be shown beside a name that anyone could have chosen."""
    return urlsplit(uri).hostname or uri


def _check_name(name: str) -> None:
    if not name.strip() or len(name) > MAX_NAME_CHARACTERS or not name.isprintable():
        raise Invalid(f"A client's name has 1 to {MAX_NAME_CHARACTERS} printable characters.")


def _check_uri(uri: str) -> None:
    fault = redirect_uri_fault(uri)
    if fault is not None:
        raise Invalid(f"The client's address {uri!r} is not allowed: {fault}")


def _check_redirect_uris(redirect_uris: Sequence[str]) -> None:
    if not redirect_uris:
        raise Invalid("A client needs at least one redirect URI.")
    for uri in redirect_uris:
        fault = redirect_uri_fault(uri)
        if fault is not None:
            raise Invalid(f"The redirect URI {uri!r} is not allowed: {fault}")


def _check_among(noun: str, values: Sequence[str], known: Collection[str]) -> None:
    if not values:
        raise Invalid(f"A client needs at least one {noun}; there are: {', '.join(known)}.")
    _check_known(noun, values, known)


def _check_profile(profile: str, jwks: Mapping[str, Any] | None) -> bool:
    _check_among("profile", [profile], list(Profile))
    is_fapi = profile == Profile.FAPI
    if is_fapi and jwks is None:
        raise Invalid("The profile fapi2 takes a client with keys: give its JWK Set.")
    return is_fapi


def _check_authentication(jwks: Mapping[str, Any] | None, *, public: bool) -> None:
    if jwks is None:
        return
    if public:
        raise Invalid("A client with keys can keep a secret: it is not a public one.")
    fault = jwks_fault(jwks)
    if fault is not None:
        raise Invalid(f"The JWK Set is not allowed: {fault}")


def _checked_lens(lens: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    _check_known("lens", lens, ROLES)
    try:
        found = Lens(tuple(lens.get("brands", ())), tuple(lens.get("rivals", ())))
    except ValueError as error:
        raise Invalid(f"This lens is not allowed: {error}.") from error
    named = {"brands": found.brands, "rivals": found.rivals}
    return {role: list(dict.fromkeys(terms)) for role, terms in named.items() if terms}


def _check_known(noun: str, values: Collection[str], known: Collection[str]) -> None:
    for value in values:
        if value not in known:
            raise Invalid(f"There is no {noun} {value!r}; there are: {', '.join(known)}.")
