"""Giving tokens back (RFC 7009), and what falls with a grant, a client, a customer."""

import asyncio

from app.store.authorization import with_stores
from app.store.consent_steps import revoke_grant
from app.store.driver import DriverStores
from oauth.server.messages import OAuthRequest
from oauth.server.stores import Standing
from tests.app.authserver.conftest import CUSTOMER, good, read_token
from tests.app.authserver.test_consent import disable_customer


async def test_check_30_revoking_an_access_token_touches_it_alone(world):
    tokens = await world.tokens()
    second = (await world.refresh(tokens["refresh_token"])).json()
    assert (await world.revoke(tokens["access_token"])).status_code == 200
    assert not await good(world, tokens["access_token"])
    assert await good(world, second["access_token"])
    assert (await world.refresh(second["refresh_token"])).status_code == 200


async def test_check_30_revoking_a_refresh_token_ends_its_family_and_nothing_else(world):
    code = await world.code()
    tokens = (await world.redeem(code)).json()
    neighbour = await world.tokens(purpose="dpv:ServicePersonalisation")
    others = await world.tokens(world.rival)
    assert (await world.revoke(tokens["refresh_token"])).status_code == 200
    assert not await good(world, tokens["access_token"])
    assert (await world.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"
    assert await good(world, neighbour["access_token"])
    assert (await world.refresh(neighbour["refresh_token"])).status_code == 200
    assert await good(world, others["access_token"])


async def test_check_30_a_family_revoked_during_a_rotation_gains_no_token(world):
    tokens = await world.tokens()
    rotation = OAuthRequest(
        "POST",
        form=(
            ("grant_type", "refresh_token"),
            ("refresh_token", tokens["refresh_token"]),
            ("client_id", world.crm.id),
            ("client_secret", world.crm.secret),
        ),
    )
    async with world.database.writing() as session:
        answer = await with_stores(
            session, lambda stores: world.authorization._engine.token(rotation, stores)
        )
        revoking = asyncio.create_task(world.revoke(tokens["refresh_token"]))
        finished, _ = await asyncio.wait({revoking}, timeout=0.5)
        assert not finished
    assert (await revoking).status_code == 200
    assert not await good(world, answer.body["access_token"])
    refused = await world.refresh(answer.body["refresh_token"])
    assert refused.json()["error"] == "invalid_grant"


async def test_check_30_a_client_revokes_its_own_tokens_alone(world):
    tokens = await world.tokens()
    for name in ("access_token", "refresh_token"):
        answer = await world.revoke(tokens[name], world.rival)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert await good(world, tokens["access_token"])
    assert (await world.refresh(tokens["refresh_token"])).status_code == 200


async def test_check_30_revoking_a_grant_kills_all_its_tokens(world):
    tokens = await world.tokens()
    neighbour = await world.tokens(purpose="dpv:ServicePersonalisation")
    found = await read_token(world, tokens["access_token"])
    async with world.database.writing() as session:
        await revoke_grant(session, found.grant.grant_id, CUSTOMER, world.clock())
    assert not await good(world, tokens["access_token"])
    assert (await world.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"
    assert await good(world, neighbour["access_token"])


async def test_an_unknown_token_is_as_good_as_revoked(world):
    for token in ["never issued", "ä", "mil_at_", "\x00"]:
        assert (await world.revoke(token)).status_code == 200


async def test_a_public_client_may_give_its_tokens_back_and_a_hint_is_not_needed(world):
    tokens = await world.tokens(world.phone_app)
    answer = await world.http.post(
        "/oauth/revoke",
        data={
            "client_id": world.phone_app.id,
            "token": tokens["refresh_token"],
            "token_type_hint": "something_else",
        },
    )
    assert answer.status_code == 200
    assert not await good(world, tokens["access_token"])


async def test_revoking_nothing_is_an_invalid_request(world):
    answer = await world.http.post("/oauth/revoke", auth=world.crm.auth)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_a_client_may_give_back_what_it_looks_up_with(world):
    token = (await world.token(grant_type="client_credentials")).json()["access_token"]
    assert await good(world, token)
    assert (await world.revoke(token)).status_code == 200
    assert not await good(world, token)


async def test_check_28_a_disabled_client_fails_in_every_flow(world):
    code = await world.code()
    tokens = await world.tokens(purpose="dpv:ServicePersonalisation")
    alone = (await world.token(grant_type="client_credentials")).json()
    await world.clients.disable(world.crm.id)
    assert (await world.authorize()).status_code == 400
    for answer in (
        await world.redeem(code),
        await world.refresh(tokens["refresh_token"]),
        await world.token(grant_type="client_credentials"),
        await world.revoke(tokens["access_token"]),
    ):
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert not await good(world, tokens["access_token"])
    assert not await good(world, alone["access_token"])


async def test_check_16_and_28_no_grant_type_forgets_that_the_customer_is_disabled(world):
    code = await world.code()
    tokens = await world.tokens(purpose="dpv:ServicePersonalisation")
    await disable_customer(world)
    assert (await world.redeem(code)).json()["error"] == "invalid_grant"
    assert (await world.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"
    assert not await good(world, tokens["access_token"])


async def test_check_16_every_grant_type_on_offer_asks_the_one_rule_or_gives_no_section(
    world, monkeypatch
):
    """Whatever the metadata offers: with the one rule saying no, nothing with a section comes."""
    code = await world.code()
    tokens = await world.tokens(purpose="dpv:ServicePersonalisation")
    monkeypatch.setattr(DriverStores, "active_grant", lambda *_: None)
    monkeypatch.setattr(
        DriverStores,
        "hold_standing",
        lambda stores, digest, _now: (found := stores.hold_token(digest)) and Standing(found, None),
    )
    offered = world.authorization.metadata()["grant_types_supported"]
    presented = {"code": code, "refresh_token": tokens["refresh_token"], "code_verifier": "v" * 43}
    for grant_type in offered:
        answer = (await world.token(grant_type=grant_type, **presented)).json()
        assert "context:" not in answer.get("scope", "")
        assert answer.get("error") == "invalid_grant" or answer["scope"] == "context.lookup"
