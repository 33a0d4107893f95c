"""A verifier that keeps its copy of our keys as long as it may, through a whole rotation."""

import re
from datetime import timedelta

import pytest

from app.usecases.signing_keys import SigningKeys
from oauth.server.keys import OVERLAP, PUBLISHED_AHEAD, Algorithm
from oauth.server.signing import NotVerified, verified


class Verifier:
    """A company's verifier: asks for the keys when its copy has expired, and never earlier."""

    def __init__(self, world):
        self._world = world
        self._copy, self._fresh_until = None, None

    async def verified(self, token):
        now = self._world.clock()
        if self._copy is None or now >= self._fresh_until:
            answer = await self._world.http.get("/oauth/jwks")
            self._copy = answer.json()
            self._fresh_until = now + max_age(answer)
        return verified(token, self._copy, algorithms=Algorithm, typ="JWT")


def max_age(answer):
    found = re.fullmatch(r"public, max-age=(\d+)", answer.headers["cache-control"])
    return timedelta(seconds=int(found[1]))


@pytest.fixture
def keys(world, vault):
    return SigningKeys(world.database, vault, world.clock)


async def test_check_37_a_key_is_published_for_twice_as_long_as_a_copy_may_be_kept(world):
    answer = await world.http.get("/oauth/jwks")
    assert max_age(answer) * 2 <= PUBLISHED_AHEAD


@pytest.mark.parametrize("algorithm", Algorithm)
async def test_check_37_no_verifier_meets_an_unknown_key_while_keys_rotate(world, keys, algorithm):
    """Every three quarters of an hour something is signed, and verified by an old copy."""
    verifier = Verifier(world)
    used = []
    for turn in range(4 * 32):
        if turn in {10, 60}:
            assert len(await keys.rotate()) == 2
        signer = await keys.signer(algorithm)
        used.append(signer.kid)
        assert await verifier.verified(signer.sign({"n": turn}, "JWT")) == {"n": turn}
        world.clock.advance(minutes=45)
    assert len(set(used)) == 3


async def test_check_37_what_a_key_signed_is_good_for_a_day_more_and_then_refused(world, keys):
    old = await keys.signer()
    await keys.rotate()
    world.clock.advance(PUBLISHED_AHEAD - timedelta(minutes=1))
    last = old.sign({}, "JWT")
    assert await Verifier(world).verified(last) == {}
    world.clock.advance(OVERLAP)
    assert await Verifier(world).verified(last) == {}
    world.clock.advance(minutes=1)
    with pytest.raises(NotVerified, match="does not name one key"):
        await Verifier(world).verified(last)


async def test_check_37_what_a_withdrawn_key_signed_is_refused_from_the_next_copy_on(world, keys):
    verifier = Verifier(world)
    stolen = (await keys.signer()).sign({}, "JWT")
    await verifier.verified(stolen)
    await keys.replace()
    with pytest.raises(NotVerified):
        await Verifier(world).verified(stolen)
    world.clock.advance(hours=1)
    with pytest.raises(NotVerified):
        await verifier.verified(stolen)
