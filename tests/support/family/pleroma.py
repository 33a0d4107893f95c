"""Pleroma, and Akkoma that grew from it.

Sources: pleroma-social/pleroma, lib/pleroma/web/mastodon_api/views/status_view.ex (members, no
language, a boost with the words of what it boosts), lib/pleroma/web/oauth/oauth_controller.ex
("Invalid credentials" with 400 for an unknown client and a wrong code alike), oauth/token/strategy
(a renewal ends the token before; a revocation finds access tokens alone and says nothing of it),
docs/API (differences_in_mastoapi_responses.md: flake ids, the visibilities `local` and `list`).
"""

from starlette.responses import JSONResponse, Response

from tests.support.family.instance import App, Entity, Instance, Said, iso

LASTS_S = 8_640_000
AGAIN = "-again"
BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class Pleroma(Instance):
    """Flake ids, in the order of receipt; no headers about limits; tokens that can be renewed."""

    software = "pleroma"
    pkce = False

    def new_id(self) -> str:
        value = (int(self.clock().timestamp() * 1000) << 64) + self.number()
        return "".join(BASE62[value // 62**place % 62] for place in range(17, -1, -1))

    def limits(self, left: int) -> dict[str, str]:
        return {}

    def limited(self) -> Response:
        return JSONResponse({"error": "Throttled"}, 429)

    def wrong_token(self) -> Response:
        return JSONResponse({"error": "Invalid credentials."}, 403)

    def unknown_client(self) -> Response:
        return JSONResponse({"error": "Invalid credentials"}, 400)

    def wrong_code(self) -> Response:
        return self.unknown_client()

    def token_entity(self, app: App, token: str) -> Entity:
        longer = {"expires_in": LASTS_S, "refresh_token": token + AGAIN}
        return super().token_entity(app, token) | longer | {"id": 7, "me": f"{self.url}/users/mara"}

    def renewed(self, app: App, refresh_token: str) -> Response:
        if self.tokens.pop(refresh_token.removesuffix(AGAIN), None) is None:
            return self.wrong_code()
        return self.issued(app)

    def account_entity(self, handle: str) -> Entity:
        account = {
            "id": self.ids[handle],
            "username": handle,
            "acct": handle,
            "display_name": handle.title(),
            "locked": False,
            "bot": False,
            "created_at": "2022-11-04T11:36:45.000Z",
            "note": "",
            "url": f"{self.url}/users/{handle}",
            "followers_count": 12,
            "following_count": 7,
            "statuses_count": 3,
            "emojis": [],
            "fields": [],
            "source": {"note": "", "fields": [], "pleroma": {"discoverable": False}},
            "pleroma": {"hide_followers_count": False, "is_moderator": False, "tags": []},
        }
        return account | self.about[handle]

    def status_entity(self, said: Said) -> Entity:
        answered = said.answers
        return {
            "id": said.id,
            "uri": f"{self.url}/objects/{said.id}",
            "url": f"{self.url}/notice/{said.id}",
            "account": self.account_entity(said.author),
            "in_reply_to_id": answered and answered.id,
            "in_reply_to_account_id": answered and self.ids[answered.author],
            "reblog": said.boosts and self.status_entity(said.boosts),
            "card": None,
            "content": said.boosts.html if said.boosts else said.html,
            "created_at": iso(said.at),
            "sensitive": False,
            "spoiler_text": "",
            "visibility": said.visibility,
            "media_attachments": [],
            "mentions": [],
            "tags": [],
            "application": {"name": "Web", "website": None},
            "language": None,
            "emojis": [],
            "pleroma": {"local": True, "content": {"text/plain": said.html}},
        }


class Akkoma(Pleroma):
    """Knows languages, and quotes as a status beside the link to it."""

    software = "akkoma"

    def status_entity(self, said: Said) -> Entity:
        entity = super().status_entity(said) | {"language": said.language}
        quoted = said.quotes and self.status_entity(said.quotes)
        if quoted:
            after = (
                f'<span class="quote-inline"><br/><br/>RE: <a href="x">{quoted["url"]}</a></span>'
            )
            entity["content"] += after
        extended = {"source": {"content": said.html, "mediaType": "text/plain"}}
        return entity | {"quote": quoted, "quote_id": quoted and quoted["id"], "akkoma": extended}
