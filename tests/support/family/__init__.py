"""Servers that speak Mastodon's API, each with the answers of its own software.

Written after their sources and documentation, which each file names: what is the same is in
`instance`, what differs in one file per software. They keep everything in memory and have no
pages: who signs in is said by the test.
"""

from tests.support.family.gotosocial import GoToSocial
from tests.support.family.instance import Instance, Said
from tests.support.family.mastodon import Mastodon43, Mastodon45
from tests.support.family.pleroma import Akkoma, Pleroma
from tests.support.family.takahe import Takahe

FAMILY = (Mastodon43, Mastodon45, GoToSocial, Takahe, Pleroma, Akkoma)

__all__ = ["FAMILY", "Instance", "Said"]
