"""What can go wrong in the domain. No HTTP here: `app.web.problem` renders these.

MilieuError
├── Invalid              the request itself cannot be understood or allowed
├── Unauthenticated      we do not know who is asking
├── Forbidden            we know, and the answer is no
├── NotFound             there is no such thing, or none that the asker may know of
├── Conflict             the state changed under the request, or contradicts it
└── Unavailable          something we depend on does not answer now
"""


class MilieuError(Exception):
    """Base of all domain errors.

    Args:
        detail: One sentence for the person who reads it: what is wrong and what to do.
        code: Stable, documented, machine-readable code; the class's own when omitted.
    """

    code = "error"
    title = "Something went wrong"

    def __init__(self, detail: str, *, code: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        if code is not None:
            self.code = code


class Invalid(MilieuError):
    """The request cannot be understood or allowed as it is; change it before trying again."""

    code = "invalid_request"
    title = "The request is not valid"


class Unauthenticated(MilieuError):
    """Nobody we know is asking: sign in, or present a valid token."""

    code = "invalid_token"
    title = "Not authenticated"


class Forbidden(MilieuError):
    """Known, and not allowed."""

    code = "forbidden"
    title = "Not allowed"


class NotFound(MilieuError):
    """There is no such thing, or none that the asker may know of."""

    code = "not_found"
    title = "Not found"


class Conflict(MilieuError):
    """The request contradicts the present state; read it again and decide anew."""

    code = "conflict"
    title = "Conflict"


class Unavailable(MilieuError):
    """Something we depend on does not answer now; try again later."""

    code = "unavailable"
    title = "Not available now"


class DatabaseDown(Unavailable):
    """Our database does not answer, or cannot write; the cause is for the log alone."""

    def __init__(self) -> None:
        super().__init__("Our database does not answer at the moment. Please try again shortly.")
