"""compose.yaml starts: each service of ours has the settings that its command asks for."""

import re
from typing import Any

import pytest
import yaml

from app.settings import DatabaseSettings, Settings
from tests.contracts.test_structure import ROOT

COMPOSE = (ROOT / "compose.yaml").read_text("utf-8")
CHOSEN = {
    "MILIEU_MASTER_KEY": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    "MILIEU_ISSUER": "https://milieu.example.com",
    "MILIEU_SMTP_URL": "smtps://user:password@mail.example.com:465",
    "POSTGRES_PASSWORD": "letters0and1digits",
}
VARIABLE = re.compile(r"\$\{(\w+):\?[^}]+\}")


@pytest.fixture
def services(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    for name in CHOSEN:
        monkeypatch.delenv(name, raising=False)
    return yaml.safe_load(VARIABLE.sub(lambda found: CHOSEN[found[1]], COMPOSE))["services"]


@pytest.fixture
def environment(services: dict[str, Any], monkeypatch: pytest.MonkeyPatch):
    """Be in exactly the environment of one service, as far as Milieu looks at it."""

    def enter(service: str) -> None:
        for name, value in services[service]["environment"].items():
            if value is not None:
                monkeypatch.setenv(name, value)

    return enter


def test_the_service_that_serves_has_all_settings(environment):
    environment("milieu")
    settings = Settings()
    assert settings.issuer == CHOSEN["MILIEU_ISSUER"]
    assert settings.smtp_url == CHOSEN["MILIEU_SMTP_URL"]
    assert CHOSEN["POSTGRES_PASSWORD"] in settings.database_url


def test_the_service_that_migrates_knows_the_database_and_no_secret_besides(services, environment):
    environment("migrate")
    assert CHOSEN["POSTGRES_PASSWORD"] in DatabaseSettings().database_url
    assert services["migrate"]["command"] == ["migrate"]
    assert set(services["migrate"]["environment"]) == {"MILIEU_DATABASE_URL"}


def test_whatever_must_be_chosen_is_in_the_header_and_in_the_readme():
    header = COMPOSE.split("\nx-milieu")[0]
    readme = (ROOT / "README.md").read_text("utf-8")
    for name in set(VARIABLE.findall(COMPOSE)):
        assert f"export {name}=" in header
        assert name in readme
