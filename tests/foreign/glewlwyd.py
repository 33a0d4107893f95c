"""Glewlwyd on loopback: an OpenID provider that we did not write, set up by its own interface."""

import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from joserfc.jwk import RSAKey

from tests.support.require import GLEWLWYD, path_of
from tests.support.servers import free_port

PATIENCE_S = 30
PAGES = Path("/usr/share/glewlwyd/webapp")
PAGES_CONFIGURATION = Path("/usr/share/glewlwyd/templates/config.json")
SCHEMA = Path("/usr/share/dbconfig-common/data/glewlwyd/install/sqlite3")
# Paths are those of Debian's package.
CONFIGURATION = """
port={port}
bind_address="127.0.0.1"
external_url="http://127.0.0.1:{port}"
login_url="login.html"
api_prefix="api"
static_files_path="{folder}/pages"
log_mode="file"
log_level="INFO"
log_file="{folder}/glewlwyd.log"
cookie_secure=0
session_expiration=3600
session_key="GLEWLWYD2_SESSION_ID"
admin_session_authentication="cookie"
profile_session_authentication="cookie"
login_api_enabled=true
admin_scope="g_admin"
profile_scope="g_profile"
user_module_path="/usr/lib/glewlwyd/user"
client_module_path="/usr/lib/glewlwyd/client"
user_auth_scheme_module_path="/usr/lib/glewlwyd/scheme"
plugin_module_path="/usr/lib/glewlwyd/plugin"
use_secure_connection=false
secure_connection_key_file="{folder}/unused.key"
secure_connection_pem_file="{folder}/unused.pem"
hash_algorithm="SHA512"
database = {{ type = "sqlite3"; path = "{folder}/glewlwyd.db"; }};
static_files_mime_types = (
  {{ extension = ".html"; mime_type = "text/html"; }},
  {{ extension = ".css"; mime_type = "text/css"; }},
  {{ extension = ".js"; mime_type = "application/javascript"; }},
  {{ extension = ".json"; mime_type = "application/json"; }},
  {{ extension = ".png"; mime_type = "image/png"; }},
  {{ extension = ".woff2"; mime_type = "font/woff2"; }}
)
"""
PLUGIN = "oidc"


class GlewlwydDidNotStart(Exception):
    """Glewlwyd is not there; the message is what its log says."""


@contextmanager
def glewlwyd(client: dict[str, Any], people: dict[str, str]) -> Iterator[str]:
    """Run it for as long as the context lasts; yields its issuer.

    Args:
        client: Our registration there, as its interface takes it.
        people: Names and passwords.
    """
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="milieu-glewlwyd-") as name:
        folder = Path(name)
        (folder / "glewlwyd.conf").write_text(CONFIGURATION.format(port=port, folder=folder))
        # Links lead out of the package's own folder, and what they lead to would not be served.
        shutil.copytree(PAGES, folder / "pages", ignore=shutil.ignore_patterns("config.json"))
        shutil.copy(PAGES_CONFIGURATION, folder / "pages")
        with sqlite3.connect(folder / "glewlwyd.db") as database:
            database.executescript(SCHEMA.read_text())
        database.close()
        command = [path_of(GLEWLWYD), f"--config-file={folder / 'glewlwyd.conf'}"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            address = f"http://127.0.0.1:{port}"
            _wait(process, f"{address}/api/", folder / "glewlwyd.log")
            issuer = f"{address}/api/{PLUGIN}"
            _set_up(f"{address}/api", issuer, client, people)
            yield issuer
        finally:
            process.terminate()
            process.wait(PATIENCE_S)


def _wait(process: "subprocess.Popen[bytes]", address: str, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(address)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise GlewlwydDidNotStart(log.read_text() if log.exists() else "It said nothing.")


def _set_up(api: str, issuer: str, client: dict[str, Any], people: dict[str, str]) -> None:
    key = RSAKey.generate_key(2048)
    parameters = {
        "iss": issuer,
        "jwt-type": "rsa",
        "jwt-key-size": "256",
        "key": key.as_pem(private=True).decode(),
        "cert": key.as_pem(private=False).decode(),
        "jwks-show": True,
        "code-duration": 600,
        "access-token-duration": 3600,
        "refresh-token-duration": 3600,
        "auth-type-code-enabled": True,
        "auth-type-refresh-enabled": True,
        "pkce-allowed": True,
        "pkce-required": True,
        "oauth-as-iss-id": True,
    }
    with httpx.Client(base_url=api) as admin:

        def send(path: str, **what: Any) -> None:
            answer = admin.post(path, json=what)
            assert answer.is_success, (path, answer.status_code, answer.text)

        send("/auth/", username="admin", password="password")
        send(
            "/mod/plugin/",
            module="oidc",
            name=PLUGIN,
            display_name="OpenID",
            enabled=True,
            parameters=parameters,
        )
        send("/scope/", name="email", display_name="E-mail", password_required=False)
        send("/client/", **client)
        for name, password in people.items():
            send(
                "/user/",
                username=name,
                password=password,
                name=name.title(),
                email=f"{name}@example.org",
                enabled=True,
                scope=["openid", "email", "g_profile"],
            )
