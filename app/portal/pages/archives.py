"""An export of hers, uploaded: read as it comes in, and never written anywhere."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.connectors.archives.reading import LIMITS
from app.errors import Conflict, Invalid, Unavailable
from app.portal.pages.connections import Asked, list_page
from app.portal.redirect import see, to
from app.usecases.customers import CurrentSession
from app.usecases.uploads import Uploaded
from app.web.fileform import FileForm
from app.web.services import Services, ServicesOf
from app.web.session import SignedInSession, check_csrf

UPLOAD_PATH = "/connections/archives"
UPLOAD_AT_MOST = LIMITS.received + 64 * 1024
"""Bytes of a body: an archive as large as any that is read, and the form around it."""
NOT_TICKED = "Tick that the archive is yours, and of an account that is not protected."

router = APIRouter()


@router.get(UPLOAD_PATH)
async def back_to_the_list(request: Request, _session: SignedInSession) -> Response:
    """Lead back from the address a form with a mistake was shown at."""
    return see(request, "connections")


@router.post(UPLOAD_PATH, name="upload")
async def upload(request: Request, services: ServicesOf, session: SignedInSession) -> Response:
    """Read the export that she uploads, once the form's token and her word are there."""
    form = FileForm(request)
    fields = await form.fields()
    # In a field before the file, and not in the address: addresses are kept in histories and logs.
    check_csrf(request, session, "upload", fields.get("csrf", ""))
    try:
        found = await _read(services, session, fields, form)
    except (Invalid, Conflict, Unavailable) as error:
        await form.pass_over()
        asked = Asked("archive", problem=error.detail)
        return await list_page(request, services, session, asked)
    if not found.posts:
        return see(request, "connections", "uploaded_nothing")
    path = request.app.url_path_for("connections")
    return to(f"{path}?done=uploaded&posts={found.posts}")


async def _read(
    services: Services, session: CurrentSession, fields: dict[str, str], form: FileForm
) -> Uploaded:
    # X's export does not say of a protected account that it is one, unless it became one lately.
    if fields.get("public") != "yes":
        raise Invalid(NOT_TICKED)
    return await services.uploads.upload(session.customer_id, form.file())
