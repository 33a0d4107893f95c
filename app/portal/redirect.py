"""Redirects after a form, to our own pages only."""

from fastapi import Request, status
from fastapi.responses import RedirectResponse


def see(request: Request, name: str, done: str = "") -> RedirectResponse:
    """Send the browser to one of our pages with 303, so that reloading repeats nothing.

    Args:
        request: The form that was done.
        name: The page's route name.
        done: What was done, a code of `app.portal.notices`; the page says it in words.
    """
    path = str(request.app.url_path_for(name))
    return to(f"{path}?done={done}" if done else path)


def to(address: str) -> RedirectResponse:
    """Send the browser on with 303, never 307, which would send the form along."""
    return RedirectResponse(address, status.HTTP_303_SEE_OTHER)
