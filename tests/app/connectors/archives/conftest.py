"""Archives read as the service reads them."""

from datetime import timedelta

import pytest

from app.connectors.archives import Archives, BlueskyArchive, MastodonArchive, XArchive
from app.connectors.archives.meter import Limits
from tests.support.exports import chunked

FORMATS = (MastodonArchive(), XArchive(), BlueskyArchive())


@pytest.fixture
def now(clock):
    return clock()


@pytest.fixture
def ago(now):
    """Say when some time ago was, to the second."""
    return lambda **past: (now - timedelta(**past)).replace(microsecond=0)


@pytest.fixture
def read(now):
    """Read an archive: the format's name, and what it says."""

    def read(content: bytes, size: int = 65536, limits: Limits | None = None):
        archives = Archives(FORMATS, limits or Limits())
        return archives.read(chunked(content, size), now)

    return read


@pytest.fixture
def texts(read):
    """Read an archive: the texts of her posts, newest first."""
    return lambda content, **how: [post.text for post in read(content, **how)[1].window.posts]
