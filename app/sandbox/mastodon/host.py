"""What every route needs: the network, its registry, and where it lives."""

from dataclasses import dataclass, field
from typing import cast

from starlette.requests import Request

from app.sandbox.mastodon.entities import Entities
from app.sandbox.registry import Registry
from app.sandbox.saved import Saved
from app.sandbox.status import Status
from app.sandbox.world import World


@dataclass(frozen=True, slots=True)
class Host:
    """The parts of one sandbox.

    Attributes:
        world: People and what they write.
        registry: Apps and tokens.
        saved: Keeps what must outlive a restart.
        base_url: The network's address; None to take it from each request.
        posted: Statuses by token and `Idempotency-Key`.
    """

    world: World
    registry: Registry
    saved: Saved
    base_url: str | None
    posted: dict[tuple[str, str], Status] = field(default_factory=dict)

    def address(self, request: Request) -> str:
        """Return the network's address as this client knows it, without a slash at its end."""
        return (self.base_url or str(request.base_url)).rstrip("/")

    def entities(self, request: Request) -> Entities:
        """Return a renderer for the answer to this request."""
        return Entities(self.world, self.address(request))

    def save(self) -> None:
        """Keep the present state, if it is to be kept at all."""
        self.saved.write(self.registry, self.world)


def host_of(request: Request) -> Host:
    """Return the sandbox that serves this request."""
    return cast(Host, request.app.state.host)
