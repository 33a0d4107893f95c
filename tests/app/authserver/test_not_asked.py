"""Who refused is left alone for a day, also by clients that ask without showing anything."""

from tests.app.authserver.conftest import CUSTOMER, query_of

BOTH = {"scope": "openid context:topics"}


async def settled(world, **asked) -> str | None:
    request_id = await world.consent_request(**asked)
    return await world.consents.settled(request_id, world.her_session())


async def test_a_refusal_answers_silent_requests_for_a_day_too(world):
    # Mutation tried: refusals are looked for only where a page would be shown.
    assert query_of(await settled(world, **BOTH, prompt="none"))["error"] == "consent_required"
    await world.deny(await world.consent_request(**BOTH))
    for hours in (0, 23):
        world.clock.advance(hours=hours)
        for prompt in (None, "none", "consent"):
            told = query_of(await settled(world, **BOTH, prompt=prompt))
            assert told["error"] == "access_denied"
            assert told["state"] == "st4te"
    world.clock.advance(hours=1)
    assert query_of(await settled(world, **BOTH, prompt="none"))["error"] == "consent_required"
    assert await settled(world, **BOTH) is None


async def test_a_refusal_holds_for_this_client_and_this_purpose_alone(world):
    # Mutation tried: `has_refused_since` does not ask for the purpose.
    await world.deny(await world.consent_request(**BOTH))
    assert await settled(world, **BOTH, purpose="dpv:ServicePersonalisation") is None
    request_id = await world.consent_request(world.rival, **BOTH)
    assert await world.consents.settled(request_id, world.her_session()) is None


async def test_refusing_more_does_not_sign_her_out_of_what_she_gave_and_is_answered_once(world):
    await world.tokens(**BOTH)
    wider = {"scope": "openid context:topics context:network"}
    await world.deny(await world.consent_request(**wider))
    assert query_of(await settled(world, **wider))["error"] == "access_denied"
    [grant] = await world.grants.list(CUSTOMER)
    assert grant.sections == ["topics"]
