"""What wiring does where the machine cannot do what the settings ask for."""

import base64
import logging

import pytest

from app import wiring
from app.settings import Settings
from tests.support.engines import PlainEngine

KEY = base64.b64encode(bytes(range(32))).decode()


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
