"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""Where a test's clock starts: a Monday morning."""


class SettableClock:
    """Usable wherever the service takes a `Clock`: calling it returns the moment it is set to."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def set(self, now: datetime) -> None:
        self.now = now

    def advance(
        self,
        by: timedelta | None = None,
        /,
        *,
        days: float = 0,
        hours: float = 0,
        minutes: float = 0,
        seconds: float = 0,
    ) -> datetime:
        """Move on by a timedelta, or by named amounts; returns the new moment."""
        self.now += by or timedelta()
        self.now += timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        return self.now
