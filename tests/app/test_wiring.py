"""What wiring does where the machine cannot do what the settings ask for."""

import base64
import logging

import pytest
from pydantic import SecretStr

from app import wiring
from app.main import create_app
from app.settings import Settings
from app.store.customers import Customer, DataKey
from app.usecases.reencryption import OtherMasterKey
from tests.support.engines import PlainEngine

KEY = base64.b64encode(bytes(range(32))).decode()
OTHER_KEY = base64.b64encode(bytes(range(1, 33))).decode()


@pytest.mark.parametrize("fault", [None, RuntimeError("the encoder computes wrongly")])
async def test_the_log_says_once_when_another_engine_stands_in(
    fault, tmp_path, monkeypatch, caplog
):
    asked: list[str] = []

    def load(name):
        asked.append(name)
        return PlainEngine(), fault

    monkeypatch.setattr(wiring, "load_engine_that_works", load)
    settings = Settings(
        environment="development",
        master_key=KEY,
        database_url=f"sqlite:///{tmp_path / 'milieu.db'}",
        engine="full",
    )
    with caplog.at_level(logging.WARNING, "app.wiring"):
        built = wiring.build(settings)
    await built.close()
    assert asked == ["full"]
    said = [record.getMessage() for record in caplog.records if record.name == "app.wiring"]
    assert said == (
        ["the engine plain/1 is used in the place of full: the encoder computes wrongly"]
        if fault
        else []
    )


async def test_with_another_master_key_than_the_databases_it_does_not_start(
    tmp_path, sqlite_template, clock
):
    # Check 53.
    path = tmp_path / "milieu.db"
    path.write_bytes(sqlite_template)
    settings = Settings(
        environment="development",
        master_key=KEY,
        database_url=f"sqlite:///{path}",
        engine="light",
        embedded_worker=False,
    )
    built = wiring.build(settings, clock)
    async with built.services.database.writing() as session:
        session.add(Customer(id="cus_1", created_at=clock()))
        await session.flush()
        key = built.services.vault.new_data_key("cus_1")
        session.add(DataKey(customer_id="cus_1", wrapped=key))
    async with started(create_app(built)):
        pass
    other = settings.model_copy(update={"master_key": SecretStr(OTHER_KEY)})
    with pytest.raises(OtherMasterKey):
        async with started(create_app(wiring.build(other, clock))):
            pass


async def test_a_database_that_was_never_migrated_does_not_keep_it_from_starting(tmp_path, clock):
    settings = Settings(
        environment="development",
        master_key=KEY,
        database_url=f"sqlite:///{tmp_path / 'milieu.db'}",
        engine="light",
        embedded_worker=False,
    )
    async with started(create_app(wiring.build(settings, clock))):
        pass


def started(app):
    return app.router.lifespan_context(app)
