"""Exports that can be uploaded, as their providers document them."""

from app.connectors.catalogue import About, Means, Reads

MASTODON = About(
    name="mastodon_archive",
    title="Mastodon archive",
    linked_by=Means.UPLOAD,
    reads=frozenset({Reads.POSTS}),
    requests=0,
    documentation=("https://docs.joinmastodon.org/user/moving/#export",),
    terms="",
)

X = About(
    name="x_archive",
    title="X archive",
    linked_by=Means.UPLOAD,
    reads=frozenset({Reads.POSTS}),
    requests=0,
    documentation=("https://help.x.com/en/managing-your-account/how-to-download-your-x-archive",),
    terms="https://x.com/tos",
)

BLUESKY = About(
    name="bluesky_archive",
    title="Bluesky archive",
    linked_by=Means.UPLOAD,
    reads=frozenset({Reads.POSTS}),
    requests=0,
    documentation=(
        "https://docs.bsky.app/blog/repo-export",
        "https://atproto.com/specs/repository",
    ),
    terms="https://bsky.social/about/support/tos",
)
