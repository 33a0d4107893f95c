"""Takahe.

Sources: jointakahe/takahe, api/middleware.py (400 in plain words for a token that is unknown or
was revoked), api/views/oauth.py (no token for an app itself; 401 `access_denied` where code and
client do not fit), api/pagination.py, activities/models/post.py (`to_mastodon_json`).
"""

from starlette.responses import HTMLResponse, JSONResponse, Response

from tests.support.family.instance import App, Entity, Instance, Said, iso


class Takahe(Instance):
    """Numbers for ids, in the order of receipt; `prev` before `next`; no limits, no PKCE."""

    software = "takahe"
    pkce = False

    def new_id(self) -> str:
        return str(10**17 + self.number())

    def limits(self, left: int) -> dict[str, str]:
        return {}

    def links(self, page: list[Said], *, more: bool) -> list[tuple[str, str, str]]:
        return super().links(page, more=more)[::-1]

    def wrong_token(self) -> Response:
        return HTMLResponse("Invalid Bearer token", 400)

    def own_token(self, app: App) -> Response:
        return self._no_such_grant()

    def refuses_request(self, form: dict[str, str]) -> Response | None:
        # The client is not looked at.
        return self._no_such_grant() if form["grant_type"] == "client_credentials" else None

    def unknown_client(self) -> Response:
        return JSONResponse({"error": "access_denied"}, 401)

    def wrong_code(self) -> Response:
        return self.unknown_client()

    def revoked(self) -> Response:
        return HTMLResponse("")

    def _no_such_grant(self) -> Response:
        told = {
            "error": "invalid_grant_type",
            "error_description": "client credential flow not implemented",
        }
        return JSONResponse(told, 400)

    def account_entity(self, handle: str) -> Entity:
        account = {
            "id": self.ids[handle],
            "username": handle,
            "acct": handle,
            "url": f"{self.url}/@{handle}/",
            "display_name": handle.title(),
            "note": "",
            "locked": False,
            "fields": [],
            "emojis": [],
            "bot": False,
            "group": False,
            "discoverable": True,
            "suspended": False,
            "limited": False,
            "created_at": "2022-11-04T11:36:45.000Z",
            "followers_count": 12,
            "following_count": 7,
            "statuses_count": 3,
        }
        return account | self.about[handle]

    def status_entity(self, said: Said) -> Entity:
        answered = said.answers
        return {
            "id": said.id,
            "uri": f"{self.url}/@{said.author}/posts/{said.id}/",
            "created_at": iso(said.at),
            "account": self.account_entity(said.author),
            "content": said.html,
            "visibility": said.visibility,
            "sensitive": False,
            "spoiler_text": "",
            "media_attachments": [],
            "mentions": [],
            "tags": [],
            "emojis": [],
            "url": f"{self.url}/@{said.author}/posts/{said.id}/",
            "in_reply_to_id": answered and answered.id,
            "in_reply_to_account_id": answered and self.ids[answered.author],
            "reblog": said.boosts and self.status_entity(said.boosts),
            "poll": None,
            "card": None,
            "language": None,
            "text": said.html,
            "edited_at": None,
        }
