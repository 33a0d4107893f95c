"""Companies as the command line registers them, by each way to authenticate."""

import asyncio
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from joserfc.jwk import ECKey, RSAKey

from app.clock import system_clock
from app.store.engine import Database
from app.usecases.clients import Clients
from app.usecases.sections import OFFERED
from tests.support.deployment import MASTER_KEY, PURPOSE, Deployment
from tests.support.servers import free_port, milieu
from tests.support.threads import in_thread


@dataclass(frozen=True)
class Company:
    """A client's registration, and what it keeps to itself."""

    client_id: str
    redirect_uri: str
    client_secret: str | None = None
    private_key: dict[str, Any] | None = None

    @property
    def authenticates(self) -> bool:
        """Whether it is more than a public client."""
        return self.client_secret is not None or self.private_key is not None

    def given(self) -> dict[str, Any]:
        """What a story is given of it."""
        return {
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "private_key": self.private_key,
            "redirect_uri": self.redirect_uri,
            "introspects": self.authenticates,
        }


def by_secret(deployment: Deployment, redirect_uri: str | None = None) -> Company:
    """Register a company that authenticates by a secret."""
    return _registered(deployment, redirect_uri)


def by_key(deployment: Deployment, algorithm: str = "ES256") -> Company:
    """Register a company that authenticates by a key of its own (`private_key_jwt`)."""
    public_keys, private_key = _keys(algorithm)
    return _registered(deployment, jwks=public_keys, private_key=private_key)


def by_command(deployment: Deployment, folder: Path, algorithm: str) -> Company:
    """Register a company that is held to FAPI 2.0, as an operator does.

    Args:
        deployment: Where.
        folder: For the file with its keys.
        algorithm: ES256 or PS256.
    """
    public_keys, private_key = _keys(algorithm)
    file = folder / "keys.json"
    file.write_text(json.dumps(public_keys))
    address = f"http://localhost:{free_port()}/callback"
    settings = {
        "MILIEU_ENVIRONMENT": "development",
        "MILIEU_DATABASE_URL": deployment.database_url,
        "MILIEU_MASTER_KEY": MASTER_KEY,
    }
    with milieu(
        *("client", "create", "Northwind Broadband", "--uri", "https://northwind.example"),
        *("--redirect-uri", address, "--purpose", PURPOSE),
        *("--jwks", str(file), "--profile", "fapi2"),
        env=settings,
        folder=folder,
    ) as command:
        assert command.wait() == 0, command.log
        found = re.fullmatch(r"client_id=(\S+)", command.log.strip())
    assert found, "it has an id, and no secret"
    return Company(found[1], address, private_key=private_key)


def public(deployment: Deployment) -> Company:
    """Register an app that cannot keep a secret."""
    return _registered(deployment, public=True)


def _keys(algorithm: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Make a key; return its public half in a JWK Set, and all of it."""
    parameters = {"use": "sig", "alg": algorithm}
    key = (
        ECKey.generate_key("P-256", parameters, auto_kid=True)
        if algorithm == "ES256"
        else RSAKey.generate_key(2048, parameters, auto_kid=True)
    )
    return {"keys": [key.as_dict(private=False)]}, dict(key.as_dict(private=True))


def _registered(
    deployment: Deployment,
    redirect_uri: str | None = None,
    private_key: dict[str, Any] | None = None,
    **how: Any,
) -> Company:
    address = redirect_uri or f"http://localhost:{free_port()}/callback"

    async def create() -> Company:
        database = Database(deployment.database_url)
        try:
            client, secret = await Clients(database, system_clock, OFFERED).create(
                "Northwind Broadband",
                "https://northwind.example",
                [address],
                [PURPOSE],
                OFFERED,
                **how,
            )
        finally:
            await database.close()
        return Company(client.id, address, secret, private_key)

    return in_thread(asyncio.run, create())
