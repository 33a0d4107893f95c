"""Proofs of possession on the way out, judged by rules of their own and by our own server's."""

import base64
import hashlib
import json
from datetime import timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import ECKey

from oauth.link.dpop import DpopAuth, new_key
from oauth.server.dpop import Nonces, verified_proof
from oauth.server.errors import UseDpopNonce
from tests.support.clock import START, SettableClock

PDS = "https://pds.example"
KEY = new_key()
METHODS = st.sampled_from(["GET", "POST", "PUT", "DELETE"])
PATHS = st.from_regex(r"(/[a-zA-Z0-9._~-]{1,8}){1,3}", fullmatch=True)
QUERIES = st.dictionaries(st.from_regex("[a-z]{1,5}", fullmatch=True), st.text(max_size=8))
TOKENS = st.from_regex(r"[A-Za-z0-9._~+/-]{1,40}", fullmatch=True)
CODES = st.sampled_from([200, 400, 401, 403, 429, 500])


def claims_of(proof):
    header, payload, _ = proof.split(".")
    read = [json.loads(base64.urlsafe_b64decode(part + "==")) for part in (header, payload)]
    key = ECKey.import_key(read[0]["jwk"])
    jws.deserialize_compact(proof, key, algorithms=["ES256"])
    return read[0], read[1]


def challenge(nonce="n", error="use_dpop_nonce"):
    return httpx.Response(
        401,
        headers={"DPoP-Nonce": nonce, "WWW-Authenticate": f'DPoP algs="ES256", error="{error}"'},
    )


def asks(nonce="n", error="use_dpop_nonce"):
    return httpx.Response(400, headers={"DPoP-Nonce": nonce}, json={"error": error})


class Server:
    """Answers as planned, then with success; remembers what it was asked."""

    def __init__(self, *planned):
        self.planned = list(planned)
        self.asked: list[httpx.Request] = []

    def __call__(self, request):
        self.asked.append(httpx.Request(request.method, request.url, headers=request.headers))
        return self.planned.pop(0) if self.planned else httpx.Response(200, json={})

    @property
    def nonces(self):
        return [claims_of(asked.headers["DPoP"])[1].get("nonce") for asked in self.asked]

    async def ask(self, auth, *urls, method="GET"):
        async with httpx.AsyncClient(transport=httpx.MockTransport(self), verify=False) as client:
            return [await client.request(method, url, auth=auth) for url in urls]


def session(token="", base=PDS, clock=None):
    return DpopAuth(KEY, clock or SettableClock(), base, token)


@given(method=METHODS, path=PATHS, query=QUERIES, token=TOKENS)
async def test_a_proof_is_for_its_method_its_address_and_its_token(method, path, query, token):
    server = Server()
    url = httpx.URL(PDS + path).copy_merge_params(query)
    await server.ask(session(token), f"{url}#part", method=method)
    (asked,) = server.asked
    header, claims = claims_of(asked.headers["DPoP"])
    assert asked.headers["Authorization"] == f"DPoP {token}"
    assert header == {"typ": "dpop+jwt", "alg": "ES256", "jwk": header["jwk"]}
    assert set(header["jwk"]) & {"d", "k", "p"} == set()
    ath = base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()
    htu = str(httpx.URL(PDS + path))  # without the dots that no request carries
    assert claims == {
        "jti": claims["jti"],
        "htm": method,
        "htu": htu,
        "iat": int(START.timestamp()),
        "ath": ath,
    }
    nonces = Nonces(lambda *_: bytes(32), START)
    with pytest.raises(UseDpopNonce):  # all else about it is right
        verified_proof(asked.headers["DPoP"], method, htu, nonces, token)


async def test_no_two_proofs_are_alike_and_each_is_made_at_its_time():
    clock, server = SettableClock(), Server()
    auth = session("t", clock=clock)
    await server.ask(auth, PDS, PDS)
    clock.advance(seconds=100)
    await server.ask(auth, PDS)
    read = [claims_of(asked.headers["DPoP"])[1] for asked in server.asked]
    assert len({claims["jti"] for claims in read}) == 3
    assert [claims["iat"] - int(START.timestamp()) for claims in read] == [0, 0, 100]


async def test_without_a_token_there_is_none_and_no_hash_of_one():
    server = Server()
    await server.ask(session(), f"{PDS}/oauth/token", method="POST")
    (asked,) = server.asked
    assert "Authorization" not in asked.headers
    assert "ath" not in claims_of(asked.headers["DPoP"])[1]


@pytest.mark.parametrize("refusal", [challenge, asks])
async def test_a_nonce_that_is_asked_for_is_given_at_once_and_kept(refusal):
    server = Server(refusal("first"))
    answers = await server.ask(session("t"), PDS, PDS)
    assert [answer.status_code for answer in answers] == [200, 200]
    assert server.nonces == [None, "first", "first"]


async def test_the_newest_nonce_is_used_whatever_the_answer_was():
    server = Server(
        httpx.Response(200, headers={"DPoP-Nonce": "a"}),
        httpx.Response(500, headers={"DPoP-Nonce": "b"}),
    )
    await server.ask(session("t"), PDS, PDS, PDS)
    assert server.nonces == [None, "a", "b"]


@given(answers=st.lists(st.sampled_from([challenge, asks]), max_size=6), requests=st.integers(1, 3))
async def test_a_request_is_made_twice_at_most(answers, requests):
    server = Server(*(answer(f"n{number}") for number, answer in enumerate(answers)))
    await server.ask(session("t"), *[PDS] * requests)
    assert len(server.asked) <= 2 * requests


@pytest.mark.parametrize(
    "refusal",
    [
        httpx.Response(401, headers={"WWW-Authenticate": 'DPoP error="use_dpop_nonce"'}),
        challenge(error="invalid_token"),
        challenge("has\x7fcontrol"),
        challenge('has"quote'),
        asks(error="invalid_grant"),
        httpx.Response(400, headers={"DPoP-Nonce": "n"}, text="use_dpop_nonce"),
        httpx.Response(400, headers={"DPoP-Nonce": "n"}, json=["use_dpop_nonce"]),
        httpx.Response(403, headers={"DPoP-Nonce": "n"}, json={"error": "use_dpop_nonce"}),
        httpx.Response(401, headers={"DPoP-Nonce": "n", "WWW-Authenticate": "Bearer"}),
    ],
)
async def test_other_refusals_are_final(refusal):
    server = Server(refusal)
    (answer,) = await server.ask(session("t"), PDS)
    assert answer is refusal
    assert len(server.asked) == 1


async def test_a_server_that_refuses_the_nonce_it_gave_is_not_asked_again():
    server = Server(httpx.Response(200, headers={"DPoP-Nonce": "n"}), challenge("n"))
    answers = await server.ask(session("t"), PDS, PDS)
    assert [answer.status_code for answer in answers] == [200, 401]
    assert len(server.asked) == 2


async def test_each_server_has_its_nonces():
    server = Server(
        httpx.Response(200, headers={"DPoP-Nonce": "of-the-pds"}),
        httpx.Response(200, headers={"DPoP-Nonce": "of-the-issuer"}),
    )
    here = session()
    there = here.at("https://issuer.example")
    for auth, url in [(here, PDS), (there, "https://issuer.example/a")] * 2:
        await server.ask(auth, url)
    assert server.nonces == [None, None, "of-the-pds", "of-the-issuer"]


ELSEWHERE = [
    "https://evil.example/xrpc",
    "http://pds.example/xrpc",
    "https://pds.example:8443/xrpc",
    "https://sub.pds.example/xrpc",
    "https://pds.example.evil.example/xrpc",
]


@given(urls=st.lists(st.sampled_from([PDS, f"{PDS}/xrpc/a", *ELSEWHERE]), max_size=6), status=CODES)
async def test_token_and_proof_go_to_their_server_alone(urls, status):
    server = Server(*(httpx.Response(status, headers={"DPoP-Nonce": "n"}) for _ in urls))
    await server.ask(session("the token"), *urls)
    for asked in server.asked:
        goes_along = {"authorization", "dpop"} <= set(asked.headers)
        assert goes_along == (str(asked.url) not in ELSEWHERE)
        assert goes_along or "the token" not in str(asked.headers.raw)


def test_every_session_has_a_key_of_its_own():
    assert len({json.loads(new_key())["d"] for _ in range(3)}) == 3


async def test_a_clock_that_is_behind_is_seen_in_the_proof():
    server = Server()
    await server.ask(session("t", clock=SettableClock(START - timedelta(hours=1))), PDS)
    (asked,) = server.asked
    assert claims_of(asked.headers["DPoP"])[1]["iat"] == int(START.timestamp()) - 3600
