"""Apache with mod_auth_openidc on loopback: one page that only known people see."""

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.require import APACHE, MOD_AUTH_OPENIDC, path_of

PATIENCE_S = 30
# Those of mod_auth_openidc's own documentation, and what Apache cannot do without. The page says
# who she is by server-side includes, as the module hands it to whatever it protects.
CONFIGURATION = """
ServerRoot "{folder}"
ServerName localhost
Listen 127.0.0.1:{port}
PidFile "{folder}/apache.pid"
ErrorLog "{folder}/error.log"
DefaultRuntimeDir "{folder}"
{modules}
{user}
StartServers 1
ServerLimit 1
ThreadsPerChild 4
MaxRequestWorkers 4

DocumentRoot "{folder}/pages"
DirectoryIndex index.html

OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration
OIDCClientID {client_id}
OIDCClientSecret {client_secret}
OIDCRedirectURI {redirect_uri}
OIDCScope "{scope}"
OIDCPKCEMethod S256
OIDCRemoteUserClaim sub
OIDCCryptoPassphrase "{passphrase}"

<Directory "{folder}/pages">
  Require all granted
  Options +Includes
  SetOutputFilter INCLUDES
  ForceType text/html
</Directory>
<Location "/known/">
  AuthType openid-connect
  Require valid-user
</Location>
"""
PAGE = '<p>Known as <b id="user"><!--#echo var="REMOTE_USER" --></b></p>\n'
MODULES = ("mpm_event", "authn_core", "authz_core", "authz_user", "dir", "filter", "include")


class ApacheDidNotStart(Exception):
    """Apache is not there; the message is what it said."""


def redirect_uri(port: int) -> str:
    """Where mod_auth_openidc waits for customers who come back: a path it answers itself."""
    return f"http://localhost:{port}/known/back"


@contextmanager
def apache(port: int, issuer: str, client_id: str, client_secret: str, scope: str) -> Iterator[str]:
    """Run Apache for as long as the context lasts; yields the address of the protected page."""
    with tempfile.TemporaryDirectory(prefix="milieu-apache-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # its workers run as somebody else when it was started by root
        page = folder / "pages" / "known" / "index.html"
        page.parent.mkdir(parents=True)
        page.write_text(PAGE)
        (folder / "apache.conf").write_text(
            CONFIGURATION.format(
                folder=folder,
                port=port,
                modules="\n".join(_load_modules()),
                user="User #65534\nGroup #65534" if os.geteuid() == 0 else "",
                issuer=issuer,
                client_id=client_id,
                client_secret=client_secret,
                redirect_uri=redirect_uri(port),
                scope=scope,
                passphrase=os.urandom(16).hex(),
            )
        )
        with _running(folder, port):
            yield f"http://localhost:{port}/known/"


def _load_modules() -> Iterator[str]:
    openidc = Path(path_of(MOD_AUTH_OPENIDC))
    for name in MODULES:
        yield f'LoadModule {name}_module "{openidc.with_name(f"mod_{name}.so")}"'
    yield f'LoadModule auth_openidc_module "{openidc}"'


@contextmanager
def _running(folder: Path, port: int) -> Iterator[None]:
    said = folder / "said.txt"
    with said.open("wb") as output:
        process = subprocess.Popen(
            [path_of(APACHE), "-f", str(folder / "apache.conf"), "-D", "FOREGROUND"],
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        deadline = time.monotonic() + PATIENCE_S
        while not _listens(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise ApacheDidNotStart(said.read_text() + _log(folder))
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE_S)
        finally:
            process.kill()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _log(folder: Path) -> str:
    log = folder / "error.log"
    return log.read_text() if log.exists() else ""
