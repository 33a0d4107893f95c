"""From what she types to who signs in for her, and from tokens to whose they are."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import JSONResponse, PlainTextResponse, Response

from app.connectors.bluesky.address import (
    NotAnAccount,
    Typed,
    host_of,
    is_did,
    is_handle,
    read,
    server_at,
)
from app.connectors.bluesky.description import SCOPES
from app.connectors.catalogue import Account
from app.connectors.errors import ConnectorError, ProviderChanged, ProviderDown
from tests.app.connectors.bluesky.conftest import MARA

EVE = "did:plc:eveeveeveeveeveeveeveeve"
NONE: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("mara.bsky.social", Typed("mara.bsky.social", "", "https://mara.bsky.social")),
        (" @Mara.Bsky.Social ", Typed("mara.bsky.social", "", "https://mara.bsky.social")),
        ("at://mara.example.org", Typed("mara.example.org", "", "https://mara.example.org")),
        (MARA, Typed(did=MARA)),
        (f"at://{MARA}", Typed(did=MARA)),
        ("did:web:mara.example.org", Typed(did="did:web:mara.example.org")),
        ("https://bsky.app/profile/mara.bsky.social", read("mara.bsky.social", NONE)),
        (f"https://bsky.app/profile/{MARA}", Typed(did=MARA)),
        ("bsky.social", Typed(server="https://bsky.social")),
        ("https://pds.example.org/some/page?x=1", Typed(server="https://pds.example.org")),
        ("http://pds.example.org", Typed(server="https://pds.example.org")),
        ("localhost:2583", Typed(server="http://localhost:2583")),
    ],
)
def test_what_she_types_is_a_handle_a_did_or_a_server(typed, meant):
    assert read(typed, frozenset({"localhost:2583"})) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "", "@", "mara", "@mara@mastodon.social", "mara@example.org", "localhost:2583",
        "did:plc:short", "did:key:z6Mk", "mara.local", "mara.localhost", "mara.onion",
        "mara.bsky.social.", "-mara.example.org", "a" * 64 + ".example.org", "mara.123",
        "https://127.0.0.1", "https://[::1]", "https://pds.example.org:8443", "ftp://example.org",
        "https://user@pds.example.org", "javascript://example.org/", "https://", "x" * 3000,
    ],
)  # fmt: skip
def test_what_names_nothing_is_said_so(typed):
    with pytest.raises(NotAnAccount, match="Give your handle"):
        read(typed, NONE)


@given(st.text(max_size=60))
def test_whatever_she_types_leads_to_public_https_or_nowhere(text):
    try:
        meant = read(text, NONE)
    except NotAnAccount:
        return
    assert not meant.server or server_at(meant.server, NONE) == meant.server
    assert not meant.handle or is_handle(meant.handle)
    assert not meant.did or is_did(meant.did)


@pytest.mark.parametrize(
    "address",
    [
        None, 7, "", "pds.example.org", "http://pds.example.org", "https://pds.example.org/x",
        "https://pds.example.org?x", "https://pds.example.org#x", "https://10.0.0.1",
        "https://2130706433", "https://0x7f000001", "https://localhost", "https://a@b.example.org",
        "https://pds.example.org:444", "https://" + "a" * 3000,
    ],
)  # fmt: skip
def test_a_document_names_servers_by_public_https_alone(address):
    assert server_at(address, NONE) is None


def test_a_did_may_name_a_host():
    assert host_of("did:web:mara.example.org") == "mara.example.org"
    assert host_of("did:web:localhost%3A2583") == "localhost:2583"
    assert host_of(MARA) is None


async def test_a_handle_leads_to_who_signs_in_for_it(world):
    found = await world.find("@mara.test")
    assert (found.instance, found.login_hint, found.subject) == (world.sky.url, "mara.test", MARA)
    found = await world.find(MARA)
    assert (found.instance, found.login_hint, found.subject) == (world.sky.url, MARA, MARA)
    found = await world.find(world.sky.url.removeprefix("http://"))
    assert (found.instance, found.login_hint, found.subject) == (world.sky.url, "", "")
    assert "mara" not in repr(found)


async def test_an_account_may_be_named_by_a_host(world):
    host = world.sky.url.removeprefix("http://").replace(":", "%3A")
    world.sky.join(f"did:web:{host}", "mara.test")
    world.names["_atproto.mara.test."] = [f"did=did:web:{host}"]
    assert (await world.find("mara.test")).subject == f"did:web:{host}"
    assert "/.well-known/did.json" in world.sky.asked


async def test_a_server_that_holds_no_accounts_may_sign_in_for_others(world):
    world.sky.faults["/.well-known/oauth-protected-resource"] = [Response(status_code=404)]
    assert (await world.find(world.sky.url)).instance == world.sky.url


@pytest.mark.parametrize(
    "records",
    [
        [],
        ["did=did:plc:nonsense"],
        [f"did={EVE}"],
        [f"did={MARA}", f"did={EVE}"],
        [MARA],
        ["v=spf1 -all"],
    ],
)
async def test_a_handle_counts_only_if_its_account_claims_it_too(world, records):
    world.sky.join(EVE, "eve.test")
    world.names["_atproto.mara.test."] = records
    with pytest.raises((NotAnAccount, ConnectorError)):
        await world.find("mara.test")
    assert not [path for path in world.sky.asked if path.startswith("/oauth")]


@pytest.mark.parametrize(
    "change",
    [
        {"id": EVE},
        {"service": []},
        {"service": None},
        {"service": [{"id": "#atproto_pds", "type": "Other", "serviceEndpoint": "https://a.b"}]},
        {"service": ["x"]},
        {
            "service": [
                {
                    "id": "#atproto_pds",
                    "type": "AtprotoPersonalDataServer",
                    "serviceEndpoint": "http://10.0.0.1",
                }
            ]
        },
    ],
)
async def test_a_document_that_says_nothing_of_use_is_refused(world, change):
    world.sky.documents[MARA] |= change
    with pytest.raises(ProviderChanged):
        await world.find(MARA)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Response(status_code=500), ProviderDown),
        (PlainTextResponse("private"), ProviderDown),
        (JSONResponse(["private"]), ProviderChanged),
        (
            Response(status_code=302, headers={"Location": "https://elsewhere.example"}),
            ProviderChanged,
        ),
        (Response(status_code=404), ProviderChanged),
    ],
)
async def test_a_directory_that_does_not_answer_well_is_said_so(world, answer, error):
    world.sky.faults[MARA] = [answer]
    with pytest.raises(error) as raised:
        await world.find(MARA)
    assert "private" not in str(raised.value)


LACKING = [
    {"issuer": "https://other.example"},
    {"authorization_endpoint": "javascript:alert(1)"},
    {"authorization_endpoint": "http://other.example/authorize"},
    {"token_endpoint": "https://10.0.0.1/token"},
    {"token_endpoint": None},
    {"token_endpoint": "https://[broken"},
    {"pushed_authorization_request_endpoint": 7},
    {"revocation_endpoint": "ftp://other.example"},
    {"require_pushed_authorization_requests": "yes"},
    {"authorization_response_iss_parameter_supported": False},
    {"client_id_metadata_document_supported": None},
    {"scopes_supported": ["transition:generic"]},
    {"response_types_supported": "code"},
    {"grant_types_supported": ["authorization_code"]},
    {"code_challenge_methods_supported": ["plain"]},
    {"token_endpoint_auth_methods_supported": ["none"]},
    {"token_endpoint_auth_signing_alg_values_supported": ["RS256"]},
    {"dpop_signing_alg_values_supported": [7, "RS256"]},
]


@pytest.mark.parametrize("lacking", LACKING)
async def test_a_server_must_be_able_to_do_all_that_the_profile_requires(world, lacking):
    async with world.client() as client:
        described = await world.connector.provider(client, world.sky.url, world.clock())
        assert described.scopes == SCOPES
        assert (described.dpop, described.names_itself) == (True, True)
        world.sky.metadata = lacking
        with pytest.raises(ProviderChanged):
            await world.connector.provider(client, world.sky.url, world.clock())


@pytest.mark.parametrize(
    "resource",
    [
        {"resource": "https://other.example"},
        {"authorization_servers": []},
        {"authorization_servers": "https://a.example"},
        {"authorization_servers": ["http://10.0.0.1"]},
        {"authorization_servers": ["https://a.example", "https://b.example"]},
        {"authorization_servers": [{"issuer": "https://a.example"}]},
    ],
)
async def test_a_server_of_accounts_names_one_who_signs_in_for_it(world, resource):
    world.sky.resource = resource
    with pytest.raises(ProviderChanged):
        await world.find(MARA)


async def test_whose_tokens_they_are(world):
    account = await world.identify(await world.tokens())
    assert account == Account(MARA, "@mara.test")


async def test_a_handle_that_does_not_lead_back_is_not_shown(world):
    tokens = await world.tokens()
    world.names["_atproto.mara.test."] = [f"did={EVE}"]
    assert (await world.identify(tokens)).handle == MARA
    world.sky.documents[MARA]["alsoKnownAs"] = ["https://mara.example", 7]
    assert (await world.identify(tokens)).handle == MARA


async def test_a_server_may_not_speak_for_the_accounts_of_another(world):
    tokens = await world.tokens()
    world.sky.resource = {"authorization_servers": ["https://hers.example"]}
    with pytest.raises(ProviderChanged, match="not the one that signs in"):
        await world.identify(tokens)


@pytest.mark.parametrize(
    "change", [{"subject": None}, {"subject": "mara"}, {"scope": "rpc:*"}, {"scope": ""}]
)
async def test_tokens_that_do_not_say_whose_they_are_or_what_for_are_refused(world, change):
    tokens = await world.tokens()
    with pytest.raises(ProviderChanged):
        await world.identify(replace(tokens, **change))
