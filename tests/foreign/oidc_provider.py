"""node-oidc-provider on loopback: an OpenID provider that we did not write, with its own pages."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.foreign.stories import FOLDER
from tests.support.require import NODE, path_of


class ProviderDidNotStart(Exception):
    """The provider is not there; the message is what it said."""


@contextmanager
def oidc_provider(client: dict[str, Any], email: str) -> Iterator[str]:
    """Run it for as long as the context lasts; yields its issuer.

    Args:
        client: Our registration there, by its metadata's names (OpenID Registration 1.0).
        email: The address that it says everybody has, as verified.
    """
    process = subprocess.Popen(
        [path_of(NODE), "oidc_provider.mjs"],
        cwd=FOLDER,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(f"{json.dumps({'client': client, 'email': email})}\n")
        process.stdin.flush()
        said = process.stdout.readline()
        if not said:
            raise ProviderDidNotStart(process.stderr.read())
        try:
            yield str(json.loads(said)["issuer"])
        finally:
            process.kill()
