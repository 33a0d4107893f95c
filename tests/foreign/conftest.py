"""What foreign clients meet: one running Milieu, and a customer who is signed in."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.foreign.stories import install_libraries
from tests.support.deployment import Deployment, deployed
from tests.support.person import Person

NUMBERS = count(1)


@pytest.fixture(scope="module")
def deployment(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: bytes
) -> Iterator[Deployment]:
    """Milieu over real HTTP. What a client sees of it is the same on every database."""
    path: Path = tmp_path_factory.mktemp("foreign") / "milieu.db"
    path.write_bytes(sqlite_template)
    with deployed(f"sqlite:///{path}") as running:
        yield running


@pytest.fixture
def mara(deployment: Deployment) -> Iterator[Person]:
    """A customer who is signed in, new to every company."""
    with Person(deployment.url) as person:
        person.sign_in(f"mara-{next(NUMBERS)}@example.org")
        yield person


@pytest.fixture(scope="session")
def libraries() -> None:
    """The libraries for Node, as pinned."""
    install_libraries()
