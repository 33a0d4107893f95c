"""What an authorization request asks for, once it is understood."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from authlib.oauth2.rfc6749.errors import InvalidRequestError, InvalidScopeError

from oauth.server import details, openid
from oauth.server.errors import InvalidAuthorizationDetails, InvalidGrantId
from oauth.server.exchange import Exchange
from oauth.server.messages import OAuthRequest
from oauth.server.resources import API_PATH, audience_of
from oauth.server.scopes import requested_sections, scope_of
from oauth.server.stores import ClientRecord

CREATE, MERGE, REPLACE = "create", "merge", "replace"
GRANT_ACTIONS = (CREATE, MERGE, REPLACE)
"""What a request may do to a grant (Grant Management for OAuth 2.0, section 4.2)."""
PARAMETERS = (
    "response_type",
    "client_id",
    "redirect_uri",
    "state",
    "code_challenge",
    "code_challenge_method",
    "nonce",
    "prompt",
    "max_age",
    "id_token_hint",
    "grant_management_action",
    "grant_id",
    "dpop_jkt",
)
"""Those that are kept as they came; scope, purpose, details and resources are kept shortened."""
_JKT_CHARACTERS = 43


@dataclass(frozen=True, slots=True)
class Asked:
    """A valid authorization request.

    Args:
        client: Who asks.
        redirect_uri: Where the answer goes.
        purpose: What for.
        sections: Which sections; she may give fewer.
        signs_in: Whether the client wants to sign her in.
        details: What its rich part leaves open or fixes.
        audience: The resources its tokens are for.
        prompt: What must be shown, or that nothing may be (OpenID Connect).
        max_age: How long ago she may have signed in.
        nonce: To be repeated in the ID token.
        hinted_subject: Whom the client thinks it sends.
        action: What becomes of a grant: a new one, or a change of `grant_id`.
        grant_id: The grant to be changed.
        dpop_jkt: Thumbprint of the key that must redeem the code.
        parameters: The request itself, to be judged again when she has decided: purpose named,
            scope in its shortest form, so that nobody can make us keep what means nothing.
    """

    client: ClientRecord
    redirect_uri: str
    purpose: str
    sections: tuple[str, ...]
    signs_in: bool
    details: details.Details
    audience: tuple[str, ...]
    prompt: frozenset[str]
    max_age: timedelta | None
    nonce: str | None
    hinted_subject: str | None
    action: str
    grant_id: str | None
    dpop_jkt: str | None
    parameters: Mapping[str, str]

    @property
    def scope(self) -> str:
        """What is asked for, as a scope."""
        return scope_of(self.sections, signs_in=self.signs_in)


def understood(request: OAuthRequest, client: ClientRecord, exchange: Exchange) -> Asked:
    """Read what a request asks for, and judge it against what its client is registered for.

    Args:
        request: The request, whose form has been judged.
        client: Who asks.
        exchange: The surroundings.

    Raises:
        OAuth2Error: It asks for something that cannot be asked for.
    """
    given = request.parameters
    in_scope, signs_in = requested_sections(given.get("scope"), client.sections, exchange.sections)
    rich = details.requested_details(given.get("authorization_details"), _terms(client, exchange))
    wanted = {*in_scope, *(rich.sections if rich else ())}
    sections = tuple(section for section in exchange.sections if section in wanted)
    if not sections and not signs_in:
        allowed = [section for section in exchange.sections if section in client.sections]
        raise InvalidScopeError(f"Ask for at least one of: {scope_of(allowed, signs_in=True)}")
    rich = rich or details.Details()
    purpose = _purpose(given.get("purpose"), rich, client)
    scope = scope_of(sections, signs_in=signs_in)
    audience = audience_of(request.all("resource"), exchange.issuer, scope)
    action, grant_id = _grant_action(given, client, purpose, exchange)
    kept = {name: given[name] for name in PARAMETERS if name in given}
    kept |= {"purpose": purpose, "scope": scope, "resource": " ".join(audience)}
    if rich != details.Details():
        kept["authorization_details"] = details.written(rich)
    return Asked(
        client=client,
        redirect_uri=given["redirect_uri"],
        purpose=purpose,
        sections=sections,
        signs_in=signs_in,
        details=rich,
        audience=audience,
        prompt=openid.requested_prompt(given.get("prompt")),
        max_age=openid.requested_max_age(given.get("max_age")),
        nonce=openid.requested_nonce(given.get("nonce")),
        hinted_subject=openid.hinted_subject(
            given.get("id_token_hint"), client.id, exchange.issuer, exchange.keys
        ),
        action=action,
        grant_id=grant_id,
        dpop_jkt=_jkt(given.get("dpop_jkt")),
        parameters=kept,
    )


def _terms(client: ClientRecord, exchange: Exchange) -> details.Terms:
    return details.Terms(
        purposes=client.purposes,
        sections=[section for section in exchange.sections if section in client.sections],
        lens=client.lens,
        locations=(exchange.issuer + API_PATH,),
    )


def _purpose(named: str | None, rich: details.Details, client: ClientRecord) -> str:
    if named is not None and rich.purpose not in {None, named}:
        raise InvalidAuthorizationDetails("The purpose parameter names another purpose")
    purpose = named or rich.purpose or client.purposes[0]
    if purpose not in client.purposes:
        registered = " ".join(client.purposes)
        raise InvalidRequestError(f"This client is registered for: {registered}")
    return purpose


def _grant_action(
    given: Mapping[str, str], client: ClientRecord, purpose: str, exchange: Exchange
) -> tuple[str, str | None]:
    action = given.get("grant_management_action", CREATE)
    grant_id = given.get("grant_id")
    if action not in GRANT_ACTIONS:
        raise InvalidRequestError(f"The grant_management_action is: {' '.join(GRANT_ACTIONS)}")
    if (grant_id is None) != (action == CREATE):
        raise InvalidRequestError(f"A grant_id goes with {MERGE} and {REPLACE}, and with no other")
    if grant_id is not None:
        if not grant_id.isascii() or not grant_id.isprintable():
            raise InvalidGrantId
        grant = exchange.stores.active_grant(grant_id, exchange.now)
        if grant is None or grant.client_id != client.id:
            raise InvalidGrantId
        if grant.purpose != purpose:
            raise InvalidRequestError("A grant keeps its purpose; ask for a new one instead")
    return action, grant_id


def _jkt(text: str | None) -> str | None:
    if text is not None and (len(text) != _JKT_CHARACTERS or not text.isascii()):
        raise InvalidRequestError("The dpop_jkt is a SHA-256 thumbprint in base64url")
    return text
