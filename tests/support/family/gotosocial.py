"""GoToSocial.

Sources: superseriousbusiness/gotosocial, internal/api/model/status.go (members, the visibility
`mutuals_only`), internal/middleware/ratelimit.go (headers, 429), internal/middleware/tokencheck.go,
internal/api/auth/token.go (`redirect_uri` is asked for with every grant), internal/paging/page.go.
"""

from starlette.responses import JSONResponse, Response

from tests.support.family.instance import Entity, Instance, Said, iso

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class GoToSocial(Instance):
    """ULIDs for ids; the limit ends at a number of seconds; no PKCE, no revocation in old ones."""

    software = "gotosocial"
    pkce = False

    def new_id(self) -> str:
        value = (int(self.clock().timestamp() * 1000) << 80) + self.number()
        return "".join(CROCKFORD[(value >> 5 * place) & 31] for place in range(25, -1, -1))

    def limits(self, left: int) -> dict[str, str]:
        return {
            "x-ratelimit-limit": "300",
            "x-ratelimit-remaining": str(left),
            "x-ratelimit-reset": str(int(self.resets_at.timestamp())),
        }

    def limited(self) -> Response:
        return JSONResponse({"error": "rate limit reached"}, 429)

    def wrong_token(self) -> Response:
        return JSONResponse({"error": "Unauthorized: token not supplied or invalid"}, 401)

    def refuses_request(self, form: dict[str, str]) -> Response | None:
        missing = [
            f"{name} was not set in the token request form"
            for name in ("grant_type", "client_id", "client_secret", "redirect_uri")
            if name not in form
        ]
        if not missing:
            return None
        told = {"error": "invalid_request", "error_description": ": ".join(missing)}
        return JSONResponse(told, 400)

    def account_entity(self, handle: str) -> Entity:
        account = {
            "id": self.ids[handle],
            "username": handle,
            "acct": handle,
            "display_name": handle.title(),
            "locked": True,
            "discoverable": False,
            "bot": False,
            "created_at": "2022-11-04T11:36:45.000Z",
            "note": "",
            "url": f"http://{self.host}/@{handle}",
            "followers_count": 12,
            "following_count": 7,
            "statuses_count": 3,
            "last_status_at": None,
            "emojis": [],
            "fields": [],
            "roles": [],
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
            "url": f"{self.url}/@{said.author}/statuses/{said.id}",
            "content": said.html,
            "reblog": said.boosts and self.status_entity(said.boosts),
            "account": self.account_entity(said.author),
            "media_attachments": [],
            "mentions": [],
            "tags": [],
            "emojis": [],
            "card": None,
            "poll": None,
            "interaction_policy": {"can_reply": {"always": ["public", "me"]}},
        }
