"""A whole Bluesky on loopback, and a Milieu that its servers can call by https.

Its own software, as pinned: the directory of identities, a personal data server with its pages for
signing in and consenting, and the view of the network, on a database of the tests' PostgreSQL.
"""

import json
import os
import socketserver
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dns.flags
import dns.message
import dns.rrset
import trustme

from app.main import create_app
from app.settings import Settings
from app.wiring import Runtime, build
from tests.foreign.stories import BLUESKY
from tests.support.deployment import MASTER_KEY
from tests.support.require import NODE, path_of
from tests.support.servers import free_port, serving

HOST = "milieu.home.arpa"
"""A name for homes (RFC 8375): Bluesky takes none that is reserved for tests or examples."""
PASSWORD = "correct horse battery staple"


class NetworkFailed(Exception):
    """The network did not do what it was told; the message is what it said."""


class Network:
    """Bluesky's software, running.

    Args:
        process: That of `network.mjs`.
    """

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self._names: dict[str, str] = {}
        begun = self._hear()
        self.pds: str = begun["pds"]
        self.directory: str = begun["plc"]

    def tell(self, what: str, **given: Any) -> Any:
        """Have something done; return what came of it."""
        self._process.stdin.write(f"{json.dumps({'tell': what, **given})}\n")
        self._process.stdin.flush()
        answer = self._hear()
        if "failed" in answer:
            raise NetworkFailed(answer["failed"])
        return answer["done"]

    def join(self, handle: str, **profile: Any) -> str:
        """Open an account; return its DID."""
        did: str = self.tell("join", handle=handle, password=PASSWORD)["did"]
        self._names[f"_atproto.{handle}."] = f"did={did}"
        if profile:
            self.tell("describe", handle=handle, profile=profile)
        return did

    def record(self, name: str) -> str | None:
        """Return the TXT record of a name."""
        return self._names.get(name.lower())

    def _hear(self) -> dict[str, Any]:
        for line in self._process.stdout:
            if line.startswith('{"network":'):
                said: dict[str, Any] = json.loads(line)["network"]
                return said
        raise NetworkFailed("The network ended; its own words are above.")


@contextmanager
def bluesky(database: str, authority: Path) -> Iterator[Network]:
    """Run the network.

    Args:
        database: URL of an empty PostgreSQL database.
        authority: The certificate of the authority that it trusts, besides public ones.
    """
    given = {"client": HOST, "port": free_port(), "database": database}
    with subprocess.Popen(
        [path_of(NODE), "--no-deprecation", "network.mjs", json.dumps(given)],
        cwd=BLUESKY,
        env={**os.environ, "NODE_EXTRA_CA_CERTS": str(authority), "NODE_ENV": "development"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            network = Network(process)
            yield network
            network.tell("close")
        finally:
            process.kill()


@contextmanager
def names_of(network: Network) -> Iterator[str]:
    """Answer for the handles of a network by DNS; yields address and port."""

    class Answer(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            wire, socket = self.request
            question = dns.message.from_wire(wire)
            response = dns.message.make_response(question)
            response.flags |= dns.flags.RA
            asked = question.question[0]
            record = network.record(asked.name.to_text())
            if record is not None:
                response.answer.append(
                    dns.rrset.from_text(asked.name, 60, "IN", "TXT", f'"{record}"')
                )
            socket.sendto(response.to_wire(), self.client_address)

    with socketserver.ThreadingUDPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield "{}:{}".format(*server.server_address)
        finally:
            server.shutdown()
            thread.join()


@dataclass(frozen=True)
class Here:
    """A Milieu that the network can call, and what tests reach behind the scenes."""

    url: str
    settings: Settings
    served: Runtime


@contextmanager
def milieu_for(
    network: Network, names: str, database_url: str, certificate: Path, **changes: Any
) -> Iterator[Here]:
    """Serve Milieu by https, without a worker: tests refresh by themselves."""
    port = free_port()
    settings = Settings.model_validate(
        {
            "environment": "development",
            "issuer": f"https://{HOST}:{port}",
            "database_url": database_url,
            "master_key": MASTER_KEY,
            "engine": "light",
            "embedded_worker": False,
            "bluesky_directory": network.directory,
            "dns_server": names,
            "outbound_exceptions": [
                address.removeprefix("http://") for address in (network.pds, network.directory)
            ],
            **changes,
        }
    )
    runtime = build(settings)
    with serving(create_app(runtime), port, certificate):
        yield Here(str(settings.issuer), settings, runtime)


def certify(folder: Path) -> tuple[Path, Path]:
    """Make an authority and our certificate; return the files of the first and of the second."""
    authority = trustme.CA()
    files = folder / "authority.pem", folder / "milieu.pem"
    authority.cert_pem.write_to_path(files[0])
    authority.issue_cert(HOST).private_key_and_cert_chain_pem.write_to_path(files[1])
    return files
