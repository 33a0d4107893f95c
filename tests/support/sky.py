"""A small network of the AT Protocol: directory, one server of accounts, and who signs in for it.

It answers in the shapes that the network's own software answers in, and is as strict as that is
about proofs, nonces, assertions and refresh tokens; what it checks, it checks by itself.
"""

import base64
import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

from joserfc import jwt
from joserfc.jwk import ECKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.clock import Clock

LIFETIME = timedelta(hours=1)
PAGE = 100
VIEW = "app.bsky.feed.defs"


class Refused(Exception):
    """A request is refused; the arguments are the OAuth error and the status."""


def refused(error: str, status: int = 400) -> Refused:
    return Refused(error, status)


@dataclass
class Session:
    """What a server keeps of one session."""

    did: str
    jkt: str
    client_key: str
    scope: str
    access: str = ""
    refresh: str = ""
    ended: bool = False


@dataclass
class Sky:
    """The network; `url` is set once it is served.

    Attributes:
        clock: The present.
        keys: Returns our published JWK Set, as the server fetches it.
        documents: Of accounts, by DID.
        feeds: By method, newest first.
        profile: What is said of any account.
        metadata: What the authorization server says otherwise than it does usually.
        resource: What the server of accounts says otherwise.
        nonces: The newest of each server; a proof must carry one of them.
        faults: What to answer instead, by the end of a path, once each.
        asked: Paths, in order.
        sessions: In order.
    """

    clock: Clock
    keys: Callable[[], dict[str, Any]]
    url: str = ""
    documents: dict[str, dict[str, Any]] = field(default_factory=dict)
    feeds: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    profile: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    resource: dict[str, Any] = field(default_factory=dict)
    nonces: dict[str, str] = field(default_factory=lambda: {"oauth": "as-1", "xrpc": "rs-1"})
    faults: dict[str, list[Response]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    pushed: dict[str, dict[str, str]] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    assertions: set[str] = field(default_factory=set)

    def join(self, did: str, handle: str) -> None:
        """Open an account here."""
        self.documents[did] = {
            "id": did,
            "alsoKnownAs": [f"at://{handle}"],
            "service": [
                {
                    "id": "#atproto_pds",
                    "type": "AtprotoPersonalDataServer",
                    "serviceEndpoint": self.url,
                }
            ],
        }

    def approve(self, address: str, did: str) -> dict[str, str]:
        """Let a person allow what is asked at an address; return the callback's query."""
        query = {name: values[0] for name, values in parse_qs(address.partition("?")[2]).items()}
        request = self.pushed.pop(query["request_uri"])
        code = secrets.token_urlsafe()
        self.codes[code] = {**request, "did": did}
        return {"state": request["state"], "iss": self.url, "code": code}

    def app(self) -> Starlette:
        """Return what is served."""
        return Starlette(routes=[Route("/{path:path}", self._answer, methods=["GET", "POST"])])

    async def _answer(self, request: Request) -> Response:
        path = request.url.path
        self.asked.append(path)
        for end, planned in self.faults.items():
            if planned and path.endswith(end):
                return planned.pop(0)
        side = "oauth" if path.startswith("/oauth") else "xrpc"
        try:
            answer = await self._answer_well(request, path)
        except Refused as error:
            answer = self._refusal(side, *error.args)
        answer.headers["DPoP-Nonce"] = self.nonces[side]
        return answer

    def _refusal(self, side: str, error: str, status: int) -> Response:
        if side == "oauth":
            return JSONResponse({"error": error}, status)
        challenge = {"WWW-Authenticate": f'DPoP algs="ES256", error="{error}"'}
        return JSONResponse({"error": error}, 401, challenge)

    async def _answer_well(self, request: Request, path: str) -> Response:
        if path.startswith("/did:"):
            found = self.documents.get(path.removeprefix("/"))
            return JSONResponse(found or {"message": "not registered"}, 200 if found else 404)
        if path == "/.well-known/did.json":
            host = self.url.removeprefix("http://").replace(":", "%3A")
            return JSONResponse(self.documents[f"did:web:{host}"])
        if path == "/.well-known/oauth-protected-resource":
            usual = {"resource": self.url, "authorization_servers": [self.url]}
            return JSONResponse(usual | self.resource)
        if path == "/.well-known/oauth-authorization-server":
            return JSONResponse(self._described() | self.metadata)
        if path.startswith("/xrpc/"):
            return self._read(request, path.removeprefix("/xrpc/"))
        return JSONResponse(
            self._granted(request, path, await request.body()), 201 if path == "/oauth/par" else 200
        )

    def _described(self) -> dict[str, Any]:
        there = f"{self.url}/oauth"
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{there}/authorize",
            "token_endpoint": f"{there}/token",
            "revocation_endpoint": f"{there}/revoke",
            "pushed_authorization_request_endpoint": f"{there}/par",
            "require_pushed_authorization_requests": True,
            "authorization_response_iss_parameter_supported": True,
            "client_id_metadata_document_supported": True,
            "scopes_supported": ["atproto", "transition:generic"],
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["none", "private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": ["RS256", "ES256"],
            "dpop_signing_alg_values_supported": ["RS256", "ES256"],
        }

    def _granted(self, request: Request, path: str, body: bytes) -> dict[str, Any]:
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        jkt = self._proved(request, "oauth", None)
        key = self._authenticated(form)
        if path == "/oauth/par":
            handle = f"urn:ietf:params:oauth:request_uri:{secrets.token_urlsafe()}"
            self.pushed[handle] = {**form, "jkt": jkt, "key": key}
            return {"request_uri": handle, "expires_in": 299}
        if path == "/oauth/revoke":
            for session in self.sessions:
                session.ended |= form["token"] in {session.access, session.refresh}
            return {}
        if form["grant_type"] == "authorization_code":
            return self._begun(form, jkt, key)
        return self._renewed(form["refresh_token"], jkt, key)

    def _begun(self, form: dict[str, str], jkt: str, key: str) -> dict[str, Any]:
        request = self.codes.pop(form["code"], None)
        if request is None or (request["jkt"], request["key"]) != (jkt, key):
            raise refused("invalid_grant")
        challenge = encoded(hashlib.sha256(form["code_verifier"].encode()).digest())
        if (request["code_challenge"], request["redirect_uri"]) != (
            challenge,
            form["redirect_uri"],
        ):
            raise refused("invalid_grant")
        self.sessions.append(Session(request["did"], jkt, key, request["scope"]))
        return self._issued(self.sessions[-1])

    def _renewed(self, token: str, jkt: str, key: str) -> dict[str, Any]:
        spent = [one for one in self.sessions if token.startswith(f"refresh-{one.did}-")]
        for session in spent:
            is_its_own = (session.jkt, session.client_key) == (jkt, key)
            if session.refresh == token and is_its_own and not session.ended:
                return self._issued(session)
            session.ended = True
        raise refused("invalid_grant")

    def _issued(self, session: Session) -> dict[str, Any]:
        session.access = f"access-{session.did}-{secrets.token_urlsafe(8)}"
        session.refresh = f"refresh-{session.did}-{secrets.token_urlsafe(8)}"
        return {
            "access_token": session.access,
            "token_type": "DPoP",
            "refresh_token": session.refresh,
            "scope": session.scope,
            "expires_in": int(LIFETIME.total_seconds()),
            "sub": session.did,
        }

    def _read(self, request: Request, method: str) -> Response:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        [session] = [one for one in self.sessions if one.access == token] or [None]
        if kind != "DPoP" or session is None or session.ended:
            raise refused("invalid_token")
        if self._proved(request, "xrpc", token) != session.jkt:
            raise refused("invalid_token")
        if f"rpc:{method}?aud=*" not in session.scope.split():
            return JSONResponse({"error": "ScopeMissingError", "message": "no"}, 403)
        if method.endswith("getProfile"):
            return JSONResponse({"did": session.did, **self.profile})
        start = int(request.query_params.get("cursor", "0"))
        size = min(int(request.query_params["limit"]), PAGE)
        items = self.feeds.get(method, [])
        more = {"cursor": str(start + size)} if start + size < len(items) else {}
        return JSONResponse({"feed": items[start : start + size], **more})

    def _proved(self, request: Request, side: str, token: str | None) -> str:
        """Check a proof as RFC 9449, section 4.3 says; return the thumbprint of its key."""
        proof = request.headers.get("DPoP", "..")
        header = json.loads(decoded(proof.split(".")[0]) or "{}")
        if header.get("typ") != "dpop+jwt" or "d" in header.get("jwk", {"d": ""}):
            raise refused("invalid_dpop_proof")
        key = ECKey.import_key(header["jwk"])
        claims = jwt.decode(proof, key, algorithms=["ES256"]).claims
        here = f"{self.url}{request.url.path}"
        skew = abs(claims["iat"] - self.clock().timestamp())
        ath = None if token is None else encoded(hashlib.sha256(token.encode()).digest())
        if (claims["htm"], claims["htu"], claims.get("ath")) != (request.method, here, ath):
            raise refused("invalid_dpop_proof")
        if skew > timedelta(minutes=3).total_seconds():
            raise refused("invalid_dpop_proof")
        if claims.get("nonce") != self.nonces[side]:
            raise refused("use_dpop_nonce")
        return key.thumbprint()

    def _authenticated(self, form: dict[str, str]) -> str:
        """Check an assertion as RFC 7523, section 3 says; return the id of its key."""
        text = form.get("client_assertion", "..")
        header = json.loads(decoded(text.split(".")[0]) or "{}")
        [key] = [key for key in self.keys()["keys"] if key["kid"] == header.get("kid")] or [None]
        if key is None:
            raise refused("invalid_client", 401)
        claims = jwt.decode(text, ECKey.import_key(key), algorithms=["ES256"]).claims
        us = form["client_id"]
        if (claims["iss"], claims["sub"], claims["aud"]) != (us, us, self.url):
            raise refused("invalid_client", 401)
        if claims["jti"] in self.assertions or not claims["iat"] < claims["exp"]:
            raise refused("invalid_client", 401)
        self.assertions.add(claims["jti"])
        return str(key["kid"])


def encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
