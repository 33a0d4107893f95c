"""What the engine's tests share: a time, and an engine that reads by short word lists."""

from datetime import UTC, datetime

import pytest

from tests.support.engines import PlainEngine


@pytest.fixture(scope="session")
def engine() -> PlainEngine:
    return PlainEngine()


@pytest.fixture(scope="session")
def now() -> datetime:
    return datetime(2026, 11, 20, 12, 30, tzinfo=UTC)
