"""Settings: anything unsafe refuses to start outside development."""

import base64
import json
import os

import pytest
from pydantic import ValidationError

from app.settings import DatabaseSettings, Environment, Settings, decode_key, decode_server

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


def test_a_dns_server_is_an_address_and_a_port():
    assert decode_server("192.0.2.53:53") == ("192.0.2.53", 53)
    assert decode_server("[2001:db8::53]:5353") == ("2001:db8::53", 5353)


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
        ({"bluesky_directory": "http://plc.example"}, "https"),
        ({"dns_server": "dns.example:53"}, "does not appear to be"),
        ({"dns_server": "192.0.2.53"}, "IP address and a port"),
        ({"dns_server": "192.0.2.53:70000"}, "IP address and a port"),
        ({"provider_key_generation": 0}, "greater than or equal to 1"),
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


WORK = {
    "name": "work",
    "title": "Northwind Sign-On",
    "issuer": "https://id.northwind.example",
    "client_id": "milieu",
    "client_secret": "hidden",
}


def with_providers(*changes: dict, **settings: object) -> Settings:
    providers = [{**WORK, **change} for change in changes]
    return Settings.model_validate({**GOOD, "openid_providers": providers, **settings})


def test_openid_providers_come_as_json(monkeypatch: pytest.MonkeyPatch):
    for name, value in GOOD.items():
        monkeypatch.setenv(f"MILIEU_{name.upper()}", value)
    monkeypatch.setenv("MILIEU_OPENID_PROVIDERS", json.dumps([WORK]))
    monkeypatch.setenv("MILIEU_EMAIL_IS_VERIFIED_BY", '["work"]')
    settings = Settings()
    [work] = settings.openid_providers
    assert (work.issuer, work.scopes) == ("https://id.northwind.example", ("openid",))
    assert work.client_authentication == "client_secret_basic"
    assert settings.email_is_verified_by == {"work"}
    assert "hidden" not in repr(settings)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": "Work"}, r"openid_providers.0.name"),
        ({"name": "../work"}, r"openid_providers.0.name"),
        ({"title": ""}, r"openid_providers.0.title"),
        ({"colour": "red"}, r"openid_providers.0.colour"),
        ({"client_authentication": "tls"}, r"openid_providers.0.client_authentication"),
        ({"scopes": ["openid", "a b"]}, r"openid_providers.0.scopes"),
        ({"scopes": ["email"]}, "about work: the scopes must have openid"),
        ({"issuer": "http://id.northwind.example"}, "about work: the issuer must be an https"),
        ({"issuer": "https://id.northwind.example?a=b"}, "about work: the issuer"),
        ({"issuer": "https://id.northwind.example#a"}, "about work: the issuer"),
        ({"issuer": "https://us@id.northwind.example"}, "about work: the issuer"),
        ({"issuer": "https://[::1"}, "about work: the issuer"),
        ({"issuer": "https://id.northwind.example/a b"}, "about work: the issuer"),
        ({"issuer": "id.northwind.example"}, "about work: the issuer"),
        ({"client_secret": None}, "client_secret_basic needs a client_secret"),
        ({"client_authentication": "none"}, "none takes no client_secret"),
        ({"client_authentication": "private_key_jwt"}, "private_key_jwt takes no client_secret"),
    ],
)
def test_an_openid_provider_that_does_not_fit_is_told(change: dict, said: str):
    with pytest.raises(ValidationError, match=said) as refused:
        with_providers(change)
    assert "hidden" not in str(refused.value)


def test_openid_providers_are_told_apart_by_name_and_issuer():
    with pytest.raises(ValidationError, match="names two providers work; names one issuer twice"):
        with_providers({}, {})
    other = {"name": "other", "issuer": "https://id.other.example"}
    assert len(with_providers({}, other).openid_providers) == 2
    with pytest.raises(ValidationError, match="openid_providers"):
        with_providers(*({"name": f"p{n}", "issuer": f"https://id{n}.example"} for n in range(11)))


def test_only_a_provider_there_is_can_be_trusted_with_addresses():
    with pytest.raises(ValidationError, match="not in MILIEU_OPENID_PROVIDERS"):
        with_providers({}, email_is_verified_by=["elsewhere"])
    # What is wrong with the list is said once, and not again of the names in it.
    with pytest.raises(ValidationError) as refused:
        with_providers({"name": "Work"}, email_is_verified_by=["work"])
    assert len(refused.value.errors()) == 1


def test_development_may_sign_in_without_tls():
    settings = with_providers({"issuer": "http://127.0.0.1:9000"}, environment="development")
    assert settings.openid_providers[0].issuer == "http://127.0.0.1:9000"


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
