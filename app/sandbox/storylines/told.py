"""What people said, so that nobody says the same twice within a month."""

import re
from collections import defaultdict
from datetime import datetime, timedelta

APART = timedelta(days=30)
"""Time on the clock within which nobody repeats herself: a reader's window holds a month."""

_MENTION = re.compile(r"@\w+\s*")


class Told:
    """Who said what, and when; whom it was said to does not make it another sentence."""

    def __init__(self) -> None:
        self._moments: dict[tuple[str, str], list[datetime]] = defaultdict(list)

    def tell(self, writer: str, text: str, at: datetime) -> bool:
        """Let somebody say something, unless she says the same within a month of it.

        Args:
            writer: Her handle.
            text: What she would say.
            at: The moment on the clock.

        Returns:
            Whether she says it; it is remembered then.
        """
        said = self._moments[writer, _MENTION.sub("", text)]
        if any(abs(at - moment) < APART for moment in said):
            return False
        said.append(at)
        return True
