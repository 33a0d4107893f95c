"""Rotation by schedule: in time, once an hour, and never when it was switched off."""

from datetime import timedelta
from itertools import pairwise

import pytest
from sqlmodel import select

from app import wiring
from app.settings import Settings
from app.store.signing_keys import ERASED, SigningKey
from app.usecases.signing_keys import SigningKeys
from app.work.rotation import Rotation
from app.work.tidy import Tidy
from oauth.server.keys import OVERLAP, PUBLISHED_AHEAD
from tests.app.test_settings import KEY
from tests.support.engines import PlainEngine

QUARTER = timedelta(days=90)


@pytest.fixture
def keys(database, vault, clock):
    return SigningKeys(database, vault, clock)


async def lives(database):
    async with database.reading() as session:
        found = (await session.exec(select(SigningKey))).all()
    return sorted(found, key=lambda key: key.signs_from)


async def test_check_37_left_alone_for_a_year_keys_take_turns_each_quarter(keys, database, clock):
    rotation = Rotation(keys, clock, QUARTER)
    await keys.jwks()
    for _ in range(365):
        await rotation.if_due()
        clock.advance(days=1)
    found = [key for key in await lives(database) if key.algorithm == "ES256"]
    assert len(found) == 5
    for old, new in pairwise(found):
        assert timedelta() <= new.signs_from - old.signs_from - QUARTER < timedelta(days=1)
        assert new.signs_from == new.created_at + PUBLISHED_AHEAD
        assert old.retires_at == new.signs_from + OVERLAP
    assert [key.sealed_private_jwk == ERASED for key in found] == [True] * 4 + [False]


async def test_switched_off_keys_stay_but_what_retires_is_erased(keys, database, clock):
    rotation = Rotation(keys, clock, None)
    await keys.jwks()
    clock.advance(days=1000)
    assert await rotation.now() == 0
    await keys.rotate()
    clock.advance(PUBLISHED_AHEAD + OVERLAP)
    assert await rotation.now() == 2
    assert len(await lives(database)) == 4


async def test_it_looks_once_an_hour_even_after_a_failure(keys, clock):
    asked = []

    class Failing:
        async def rotate_older_than(self, _age):
            asked.append(clock())
            raise OSError("the database restarts")

    rotation = Rotation(Failing(), clock, QUARTER)
    with pytest.raises(OSError, match="restarts"):
        await rotation.if_due()
    clock.advance(minutes=59)
    await rotation.if_due()
    clock.advance(minutes=1)
    with pytest.raises(OSError, match="restarts"):
        await rotation.if_due()
    assert len(asked) == 2


@pytest.mark.parametrize(("days", "after"), [(None, QUARTER), (7, timedelta(days=7)), (0, None)])
async def test_the_worker_of_a_deployment_does_it_as_the_setting_says(
    days, after, tmp_path, monkeypatch
):
    monkeypatch.setattr(wiring, "load_engine_that_works", lambda _name: (PlainEngine(), None))
    said = {} if days is None else {"signing_key_rotate_days": days}
    built = wiring.build(
        Settings(
            environment="development",
            master_key=KEY,
            database_url=f"sqlite:///{tmp_path / 'milieu.db'}",
            **said,
        )
    )
    await built.close()
    tidy, rotation, *_ = built.worker._chores
    assert isinstance(tidy, Tidy)
    assert isinstance(rotation, Rotation)
    assert rotation._after == after
