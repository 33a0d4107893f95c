"""For how long a client may use what it has read."""

from datetime import timedelta

USE_FOR = timedelta(hours=1)
"""From each read on; after that the client reads again."""
