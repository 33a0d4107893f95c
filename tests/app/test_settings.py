"""Settings: anything unsafe refuses to start outside development."""

import base64
import os

import pytest
from pydantic import ValidationError

from app.settings import DatabaseSettings, Environment, Settings, decode_key

KEY = base64.b64encode(bytes(range(32))).decode()
GOOD = {
    "environment": "production",
    "issuer": "https://milieu.example",
    "master_key": KEY,
    "smtp_url": "smtp://mail.example",
}


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch):
    for name in [name for name in os.environ if name.startswith("MILIEU_")]:
        monkeypatch.delenv(name)


def test_a_complete_production_setting_is_accepted():
    settings = Settings.model_validate(GOOD)
    assert settings.issuer == "https://milieu.example"
    assert KEY not in repr(settings)


def test_production_is_the_default():
    with pytest.raises(ValidationError, match="milieu key create"):
        Settings()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"master_key": None}, "is needed"),
        ({"issuer": "http://milieu.example"}, "https"),
        ({"smtp_url": None}, "go by mail"),
        ({"smtp_url": "http://mail.example"}, "must look like smtp://"),
        ({"smtp_url": "smtp://mail.example:port"}, "must look like smtp://"),
        ({"outbound_exceptions": ["localhost:8001"]}, "development only"),
        ({"master_key": "changeme"}, "32"),
        ({"master_key": base64.b64encode(b"a" * 32).decode()}, "random"),
        ({"master_key": base64.b64encode(b"short").decode()}, "32"),
        ({"refresh_every_s": 0}, "greater than or equal to 1"),
        ({"signing_key_rotate_days": -1}, "greater than or equal to 0"),
        ({"signing_key_rotate_days": 0.5}, "integer"),
    ],
)
def test_production_refuses_to_start_with(change: dict, said: str):
    with pytest.raises(ValidationError, match=said):
        Settings.model_validate(GOOD | change)


def test_everything_that_is_missing_is_said_at_once_and_nothing_given_is_repeated():
    with pytest.raises(ValidationError) as refused:
        Settings.model_validate({"master_key": "changeme", "outbound_exceptions": ["db:80"]})
    places = [error["loc"] for error in refused.value.errors()]
    assert places == [("issuer",), ("master_key",), ("smtp_url",), ("outbound_exceptions",)]
    assert "changeme" not in str(refused.value)


def test_passwords_are_not_shown():
    urls = {
        "smtp_url": "smtp://me:hidden@mail.example",
        "database_url": "postgresql://u:hidden@db/m",
    }
    assert "hidden" not in repr(Settings.model_validate(GOOD | urls))


def test_migrating_takes_nothing_but_the_database(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MILIEU_DATABASE_URL", "postgresql://db/milieu")
    assert DatabaseSettings().database_url == "postgresql://db/milieu"


def test_development_may_run_without_tls_and_mail(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MILIEU_ENVIRONMENT", "development")
    monkeypatch.setenv("MILIEU_MASTER_KEY", KEY)
    monkeypatch.setenv("MILIEU_OUTBOUND_EXCEPTIONS", '["localhost:8001"]')
    settings = Settings()
    assert settings.environment is Environment.DEVELOPMENT
    assert settings.issuer == "http://localhost:8000"
    assert settings.outbound_exceptions == {"localhost:8001"}


def test_a_key_is_decoded():
    assert decode_key(KEY) == bytes(range(32))


def test_who_we_are_to_providers_is_an_object_by_name(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MILIEU_ENVIRONMENT", "development")
    given = '{"jotter": {"client_id": "our id", "client_secret": "hush"}}'
    monkeypatch.setenv("MILIEU_PROVIDER_CLIENTS", given)
    settings = Settings()
    assert settings.provider_clients["jotter"].client_id == "our id"
    assert "hush" not in repr(settings)
    monkeypatch.setenv("MILIEU_PROVIDER_CLIENTS", '{"jotter": {"client_secret": "hush"}}')
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert "hush" not in str(refused.value)
