"""The commands that a deployment runs, as processes of their own."""

import base64
import json

import httpx
from openapi_spec_validator import validate

from app.admin.openapi import DEFAULT_PATH, export
from app.usecases.sections import OFFERED
from oauth.server.metadata import metadata
from oauth.server.resources import API_PATH, protected_resource_metadata
from tests.contracts.test_structure import ROOT
from tests.support.servers import free_port, milieu

KEY = base64.b64encode(bytes(range(32))).decode()


def test_migrated_and_served_it_is_ready_and_ends_when_asked(database_url, tmp_path):
    env = {"MILIEU_DATABASE_URL": database_url, "MILIEU_ENVIRONMENT": "development",
           "MILIEU_MASTER_KEY": KEY}  # fmt: skip
    with milieu("migrate", env=env, folder=tmp_path) as migration:
        assert migration.wait() == 0, migration.log
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with milieu("serve", "--port", str(port), env=env, folder=tmp_path) as service:
        service.wait_for(f"{address}/health/ready")
        assert httpx.get(f"{address}/health/ready").json() == {"status": "ready"}
        assert httpx.get(f"{address}/health/live").json() == {"status": "live"}
        service.stop()
        assert "Application shutdown complete" in service.log


def test_without_a_key_production_refuses_and_says_how_to_make_one(tmp_path):
    with milieu("serve", env={"MILIEU_ISSUER": "https://milieu.example"}, folder=tmp_path) as run:
        assert run.wait() != 0
        assert "milieu key create" in " ".join(run.log.split())
        assert "Traceback" not in run.log


def test_the_written_openapi_document_is_the_present_one():
    # If this fails: `milieu openapi export`, then look at what changed for clients.
    export(ROOT / DEFAULT_PATH, check=True)


def test_the_openapi_document_is_a_valid_one():
    validate(json.loads((ROOT / DEFAULT_PATH).read_text("utf-8")))


def test_the_document_offers_the_scopes_that_the_server_knows():
    flows = json.loads((ROOT / DEFAULT_PATH).read_text("utf-8"))["components"]["securitySchemes"][
        "oauth2"
    ]["flows"]
    told = metadata("https://milieu.example", OFFERED)
    resource = protected_resource_metadata("https://milieu.example", API_PATH, OFFERED)
    assert resource is not None
    assert [scope for flow in flows.values() for scope in flow["scopes"]] == resource[
        "scopes_supported"
    ]
    assert told["token_endpoint"].endswith(flows["authorizationCode"]["tokenUrl"])
    assert told["authorization_endpoint"].endswith(flows["authorizationCode"]["authorizationUrl"])


def test_what_takes_a_lens_is_not_offered_while_no_client_has_one():
    document = (ROOT / DEFAULT_PATH).read_text("utf-8")
    assert "context:reach" in document
    assert "context:relationship" not in document
