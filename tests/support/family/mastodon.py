"""Mastodon 4.3, and 4.5 with its quotes.

Sources: https://docs.joinmastodon.org/entities/Status/, /entities/Account/, /entities/Quote/,
/api/rate-limits/; and what Mastodon 4.7 and 4.8 answered to Mastodon.py (`tests/foreign`).
"""

from datetime import UTC, datetime

from tests.support.family.instance import App, Entity, Instance, Said, iso

EPOCH = datetime(2010, 1, 1, tzinfo=UTC)


class Mastodon43(Instance):
    """Numbers for ids, in the order of time; pages lead on only where there may be more."""

    software = "mastodon-4.3"

    def new_id(self) -> str:
        milliseconds = int((self.clock() - EPOCH).total_seconds() * 1000)
        return str((milliseconds << 16) + self.number())

    def limits(self, left: int) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": "300",
            "X-RateLimit-Remaining": str(left),
            "X-RateLimit-Reset": self.resets_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        }

    def links(self, page: list[Said], *, more: bool) -> list[tuple[str, str, str]]:
        led = super().links(page, more=more)
        return led if more else led[1:]

    def app_entity(self, app: App) -> Entity:
        listed = {"scopes": app.scopes.split(), "redirect_uris": [app.redirect_uri]}
        return super().app_entity(app) | listed | {"website": None, "client_secret_expires_at": 0}

    def account_entity(self, handle: str) -> Entity:
        account = {
            "id": self.ids[handle],
            "username": handle,
            "acct": handle,
            "display_name": handle.title(),
            "locked": False,
            "bot": False,
            "discoverable": None,
            # Not to be found by search is what everybody is who has not said otherwise.
            "indexable": False,
            "noindex": False,
            "group": False,
            "created_at": "2022-11-04T00:00:00.000Z",
            "note": "",
            "url": f"{self.url}/@{handle}",
            "followers_count": 12,
            "following_count": 7,
            "statuses_count": 3,
            "emojis": [],
            "roles": [],
            "fields": [],
        }
        return account | self.about[handle]

    def status_entity(self, said: Said) -> Entity:
        answered = said.answers
        return {
            "id": said.id,
            "created_at": iso(said.at),
            "in_reply_to_id": answered and answered.id,
            "in_reply_to_account_id": answered and self.ids[answered.author],
            "sensitive": False,
            "spoiler_text": "",
            "visibility": said.visibility,
            "language": said.language,
            "uri": f"{self.url}/users/{said.author}/statuses/{said.id}",
            "url": f"{self.url}/@{said.author}/{said.id}",
            "edited_at": None,
            "content": said.html,
            "reblog": said.boosts and self.status_entity(said.boosts),
            "account": self.account_entity(said.author),
            "media_attachments": [],
            "mentions": [],
            "tags": [],
            "emojis": [],
            "card": None,
            "poll": None,
            "filtered": [],
        }


class Mastodon45(Mastodon43):
    """Quotes stand beside what was said about them, and, for older readers, as a line before it."""

    software = "mastodon-4.5"

    def status_entity(self, said: Said) -> Entity:
        entity = super().status_entity(said)
        if said.quotes is None:
            return entity | {"quotes_count": 0, "quote": None}
        quoted = self.status_entity(said.quotes)
        before = f'<p class="quote-inline">RE: <a href="{quoted["url"]}">{quoted["url"]}</a></p>'
        quote = {"state": "accepted", "quoted_status": quoted}
        return entity | {"quotes_count": 0, "quote": quote, "content": before + said.html}
