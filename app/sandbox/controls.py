"""What a test or a demo may do to the network behind its back."""

from dataclasses import dataclass
from datetime import timedelta

from app.sandbox.mastodon.host import Host
from app.sandbox.mastodon.limits import RateLimit
from app.sandbox.status import Status, Visibility
from app.sandbox.weather import Weather


@dataclass(frozen=True, slots=True)
class Controls:
    """Levers that no HTTP route offers; found at `app.state.controls`.

    Attributes:
        rate_limit: The limit in force; its fields may be changed.
        weather: Faults that wait.
    """

    rate_limit: RateLimit
    weather: Weather
    host: Host

    def publish(self, handle: str, text: str, visibility: Visibility = Visibility.PUBLIC) -> Status:
        """Let a person post now; raises KeyError where nobody has this handle."""
        status = self.host.world.publish(handle, text, visibility=visibility)
        self.host.save()
        return status

    def fail_next(self, count: int, status: int = 503) -> None:
        """Answer the next `count` requests with an error."""
        self.weather.fail_next(count, status)

    def slow_next(self, count: int, delay: timedelta) -> None:
        """Hold back the next `count` answers; longer than a client waits, they are timeouts."""
        self.weather.slow_next(count, delay)

    def revoke_person(self, handle: str) -> int:
        """Revoke a person's tokens, as she would in her settings; return how many."""
        revoked = self.host.registry.revoke_person(handle)
        self.host.save()
        return revoked

    def drop_apps(self) -> int:
        """Forget all registered apps, as Mastodon does with those nobody used; return how many."""
        dropped = self.host.registry.drop_apps()
        self.host.save()
        return dropped
