"""schemathesis against the OAuth endpoints, over real HTTP: what it makes of their description."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.main import create_app
from app.settings import Settings
from app.wiring import build
from tests.app.authserver.described import document, known_values
from tests.support.deployment import MASTER_KEY, Registered, register
from tests.support.servers import serving

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = 8


@dataclass(frozen=True)
class Served:
    """Where it is served, and a client of it."""

    url: str
    crm: Registered


@pytest.fixture
def served(database_url: str) -> Iterator[Served]:
    crm = register(database_url)
    settings_ = Settings.model_validate(
        {
            "environment": "development",
            "database_url": database_url,
            "master_key": MASTER_KEY,
            "engine": "light",
        }
    )
    with serving(create_app(build(settings_))) as url:
        yield Served(url, crm)


def test_check_65_every_endpoint_answers_as_described_whatever_is_sent(served: Served):
    values = known_values(
        client_id=[served.crm.client_id],
        client_secret=[served.crm.client_secret],
        redirect_uri=[served.crm.redirect_uri],
    )
    schema = schemathesis.openapi.from_dict(document(values))
    for found in schema.get_all_operations():
        operation = found.ok()
        send(served.url, operation, GenerationMode.POSITIVE, CHECKS)
        if "'enum'" in repr(operation.definition.raw):  # else nothing that is sent is wrong
            send(served.url, operation, GenerationMode.NEGATIVE, [not_a_server_error])


def send(
    url: str, operation: schemathesis.APIOperation, mode: GenerationMode, checks: list[Any]
) -> None:
    """Send a few requests to one endpoint, all well-formed or all malformed."""

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
    def is_answered(case: schemathesis.Case) -> None:
        answer = case.call(base_url=url, allow_redirects=False)
        case.validate_response(answer, checks=checks)

    is_answered()
