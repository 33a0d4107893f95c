"""What can be wrong with an archive, said so that she can mend it; nothing of it is ever quoted.

Invalid
├── UnknownArchive       none of the exports that are read
├── BrokenArchive        one of them, cut off or damaged
├── ArchiveTooLarge      more than is read, or made to unpack to far more than it holds
└── NotPublic            an account whose posts are for its followers only
"""

from app.errors import Invalid


class UnknownArchive(Invalid):
    """It is none of the exports that are read, or not a whole one."""

    code = "unknown_archive"
    title = "This is no export that can be read"


class BrokenArchive(Invalid):
    """It is cut off or damaged, or holds what its format does not allow."""

    code = "broken_archive"
    title = "This archive is damaged"


class ArchiveTooLarge(Invalid):
    """It holds more than is read, or unpacks to far more than it holds."""

    code = "archive_too_large"
    title = "This archive is too large"


class NotPublic(Invalid):
    """It is of an account whose posts are for its followers only."""

    code = "not_public"
    title = "The posts of this account are not public"


def damaged() -> BrokenArchive:
    """Return the error for what cannot be read, whatever the cause: that might quote a post."""
    return BrokenArchive(
        "This archive is cut off or damaged. Download it anew, and upload it as it is."
    )


def unknown() -> UnknownArchive:
    """Return the error for what is none of the exports that are read."""
    return UnknownArchive(
        "This is no export that can be read here. Upload the zip that Mastodon or X gave you, or"
        " the CAR file from Bluesky, as you downloaded it."
    )


def several() -> UnknownArchive:
    """Return the error for an archive with more than one export in it."""
    return UnknownArchive("There is more than one export in this archive. Upload one at a time.")
