"""A worker killed at any instant loses nothing acknowledged and leaves nothing half-done."""

from datetime import UTC, datetime

import pytest

from app.store.connections import ConnectionState
from tests.support.stage import network_at
from tests.support.workshop import Workshop


@pytest.fixture
def network(clock):
    clock.set(datetime.now(UTC))
    with network_at(clock) as network:
        network.add("mara", "ben")
        network.friends("mara", "ben")
        for hours in (1, 2, 3):
            network.said("mara", "what a day", hours=hours)
        yield network


@pytest.fixture
def workshop(tmp_path, sqlite_template, network):
    return Workshop(tmp_path / "deployment", sqlite_template, network)


@pytest.mark.parametrize("after", [0, 1], ids=["at her posts", "at her network's"])
async def test_a_killed_refresh_is_taken_up_again_and_nothing_is_lost(workshop, network, after):
    async with workshop.stage() as stage:
        mara = await stage.customer()
        stage.clock.advance(minutes=-1)  # so long ago that she may ask for another refresh now
        connection_id = await stage.link(mara, network.url, "mara")
        assert await stage.refresh.refresh(connection_id) is ConnectionState.ACTIVE
        before = await stage.digest(mara, connection_id)
        version = await stage.version(mara)
        network.controls.publish("mara", "and what a night")
        stage.clock.set(datetime.now(UTC))
        await stage.refresh.request_refresh(mara, connection_id)

        workshop.kill_in_the_middle(after)

        assert workshop.integrity() == "ok"
        assert await stage.digest(mara, connection_id) == before
        assert await stage.version(mara) == version
        row = await stage.row(connection_id)
        assert row.lease is not None
        assert row.state == ConnectionState.ACTIVE

        workshop.let_the_lease_run_out(connection_id)
        stage.clock.set(datetime.now(UTC))
        assert await stage.refresh.refresh(connection_id) is ConnectionState.ACTIVE
        after_it = await stage.digest(mara, connection_id)
        assert sum(day.posts for day in after_it.days) == 4
        assert await stage.version(mara) == version + 1
        assert (await stage.row(connection_id)).lease is None


async def test_asked_to_stop_it_ends_by_itself(workshop):
    with workshop.working() as process:
        workshop.wait_for(lambda: "tidied up" in process.log)
        assert process.stop() == 0
