"""Mastodon's JSON entities, rendered from the world.

Source: docs.joinmastodon.org/entities (Account, CredentialAccount, Status, Application).
"""

from datetime import datetime
from html import escape
from typing import Any

from app.sandbox.markup import tags_in, to_html
from app.sandbox.people import Person
from app.sandbox.registry import App
from app.sandbox.status import Status
from app.sandbox.world import World

Entity = dict[str, Any]


class Entities:
    """Renders entities for one answer, with links to the network at one address."""

    def __init__(self, world: World, base_url: str) -> None:
        """Prepare to render.

        Args:
            world: The network.
            base_url: Its address as the client knows it, without a slash at its end.
        """
        self._world = world
        self._base_url = base_url
        self._accounts: dict[str, Entity] = {}

    def account(self, person: Person) -> Entity:
        """Render an account; once per renderer, since a page shows the same people many times."""
        if person.handle not in self._accounts:
            self._accounts[person.handle] = self._account(person)
        return self._accounts[person.handle]

    def _account(self, person: Person) -> Entity:
        url = f"{self._base_url}/@{person.handle}"
        avatar = f"{self._base_url}/avatars/{person.handle}.svg"
        written, last = self._world.tally(person.handle)
        return {
            "id": str(person.account_id),
            "username": person.handle,
            "acct": person.handle,
            "display_name": person.display_name,
            "locked": False,
            "bot": False,
            "discoverable": not person.noindex,
            "indexable": not person.noindex,
            "noindex": person.noindex,
            "group": False,
            "created_at": iso(person.joined.replace(hour=0)),
            "note": self._html(person.bio),
            "url": url,
            "uri": f"{self._base_url}/users/{person.handle}",
            "avatar": avatar,
            "avatar_static": avatar,
            "header": avatar,
            "header_static": avatar,
            "followers_count": len(self._world.followers(person.handle)),
            "following_count": len(self._world.following(person.handle)),
            "statuses_count": written,
            "last_status_at": None if last is None else last.date().isoformat(),
            "hide_collections": False,
            "emojis": [],
            "fields": [_field(person, page) for page in person.pages],
            "roles": [],
        }

    def own_account(self, person: Person) -> Entity:
        """Render an account for its owner, with what she would edit."""
        source = {
            "privacy": "public",
            "sensitive": False,
            "language": person.language,
            "note": person.bio,
            "fields": [],
            "follow_requests_count": 0,
            "hide_collections": False,
            "discoverable": not person.noindex,
            "indexable": not person.noindex,
        }
        role = {"id": "-99", "name": "", "permissions": "0", "color": "", "highlighted": False}
        return self.account(person) | {"source": source, "role": role}

    def status(self, status: Status) -> Entity:
        """Render a status, a boost with what it boosts."""
        boosted = self._world.boosted(status)
        url = f"{self._base_url}/@{status.author}/{status.id}"
        return {
            "id": str(status.id),
            "created_at": iso(status.created_at),
            "in_reply_to_id": _text_or_none(status.in_reply_to),
            "in_reply_to_account_id": self._answered_account(status),
            "sensitive": bool(status.spoiler),
            "spoiler_text": status.spoiler,
            "visibility": status.visibility.value,
            "language": status.language,
            "uri": f"{self._base_url}/users/{status.author}/statuses/{status.id}",
            "url": url,
            "replies_count": 0,
            "reblogs_count": 0,
            "favourites_count": 0,
            "quotes_count": 0,
            "edited_at": None,
            "content": self._html(status.text),
            "reblog": None if boosted is None else self.status(boosted),
            "application": None,
            "account": self.account(self._world.people[status.author]),
            "media_attachments": [],
            "mentions": [self._mention(one) for one in self._known(status.mentions)],
            "tags": [self._tag(tag) for tag in tags_in(status.text)],
            "emojis": [],
            "card": None,
            "poll": None,
            "quote": None,
            "filtered": [],
        }

    def _html(self, text: str) -> str:
        return to_html(text, self._base_url, frozenset(self._world.people))

    def _known(self, handles: tuple[str, ...]) -> list[Person]:
        return [self._world.people[one] for one in handles if one in self._world.people]

    def _mention(self, person: Person) -> Entity:
        return {
            "id": str(person.account_id),
            "username": person.handle,
            "acct": person.handle,
            "url": f"{self._base_url}/@{person.handle}",
        }

    def _tag(self, name: str) -> Entity:
        return {"name": name, "url": f"{self._base_url}/tags/{name}"}

    def _answered_account(self, status: Status) -> str | None:
        if status.in_reply_to is None:
            return None
        author = self._world.author_of(status.in_reply_to)
        return None if author is None else str(self._world.people[author].account_id)


def application(app: App) -> Entity:
    """Render a registered app without its secret."""
    return {
        "id": str(app.number),
        "name": app.name,
        "website": app.website,
        "scopes": list(app.scopes),
        "redirect_uri": "\n".join(app.redirect_uris),
        "redirect_uris": list(app.redirect_uris),
        "vapid_key": "",
    }


def credential_application(app: App) -> Entity:
    """Render an app for who has just registered it."""
    return application(app) | {
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "client_secret_expires_at": 0,
    }


def iso(moment: datetime) -> str:
    """Write a moment as Mastodon does: UTC, milliseconds, Z."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def _field(person: Person, page: str) -> Entity:
    link = f'<a href="{escape(page)}" target="_blank" rel="nofollow noopener me">{escape(page)}</a>'
    verified_at = iso(person.joined) if page in person.checked else None
    return {"name": "Page", "value": link, "verified_at": verified_at}


def _text_or_none(number: int | None) -> str | None:
    return None if number is None else str(number)
