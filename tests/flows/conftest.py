"""What the stories share: a deployment on each kind of database."""

from collections.abc import Iterator

import pytest

from tests.support.deployment import Deployment, deployed


@pytest.fixture
def deployment(database_url: str) -> Iterator[Deployment]:
    """Milieu and a sandbox network, over real HTTP."""
    with deployed(database_url) as running:
        yield running
