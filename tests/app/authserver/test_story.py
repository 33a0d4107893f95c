"""The plain story: asked, granted in part, redeemed, refreshed, given back."""

from datetime import timedelta

from tests.app.authserver.conftest import ISSUER, good, query_of


async def test_a_crm_gets_what_she_ticked_renews_it_and_gives_it_back(world):
    request_id = await world.consent_request()
    pending = await world.pending(request_id)
    assert pending.client_name == "Acme Care"
    assert pending.client_host == "crm.example"
    assert pending.redirect_origin == "https://crm.example"
    assert pending.purpose_label == "to help you when you contact them"
    assert pending.sections == ("topics", "sentiment")

    end = world.clock() + timedelta(days=30)
    back = query_of(await world.approve(request_id, ["topics"], end))
    assert back["state"] == "st4te"
    assert back["iss"] == ISSUER

    answer = await world.redeem(back["code"])
    assert answer.status_code == 200
    first = answer.json()
    assert first["token_type"] == "Bearer"
    assert first["expires_in"] == 600
    assert first["scope"] == "context:topics"
    assert first["access_token"].startswith("mil_at_")
    assert first["refresh_token"].startswith("mil_rt_")
    assert await good(world, first["access_token"])

    world.clock.advance(minutes=11)
    assert not await good(world, first["access_token"])
    second = (await world.refresh(first["refresh_token"])).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert await good(world, second["access_token"])

    assert (await world.revoke(second["refresh_token"])).status_code == 200
    assert not await good(world, second["access_token"])
    assert (await world.refresh(second["refresh_token"])).json()["error"] == "invalid_grant"
