"""How fast the stories run: as lived before the anchor, faster afterwards if a demo asks for it."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Pace:
    """Maps story time to the time on the clock.

    Up to the anchor one story hour lasts one hour, so that a new network has an ordinary past.
    After it a story hour lasts 1/`time_lapse` hours: posts still carry the time on the clock, and
    never a time to come, but there are more of them.

    Attributes:
        anchor: The moment at which the network opens; stories are then at their turning point.
        time_lapse: Story seconds per second after the anchor, at least 1.
    """

    anchor: datetime
    time_lapse: float = 1.0

    def __post_init__(self) -> None:
        if self.anchor.utcoffset() is None:
            raise ValueError("The anchor needs a time zone, for instance datetime.now(UTC).")
        if self.time_lapse < 1:
            raise ValueError(f"The time lapse must be 1 or more, not {self.time_lapse}.")

    def on_clock(self, story: datetime) -> datetime:
        """Return the time on the clock at which the story time comes."""
        if story <= self.anchor:
            return story
        return self.anchor + (story - self.anchor) / self.time_lapse

    def in_story(self, moment: datetime) -> datetime:
        """Return the story time at a moment on the clock; the inverse of `on_clock`."""
        elapsed: timedelta = moment - self.anchor
        if elapsed <= timedelta():
            return moment
        return self.anchor + elapsed * self.time_lapse
