"""Rendering pages: templates under a strict content security policy, without scripts."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.sandbox.mastodon.host import host_of

_HERE = Path(__file__).parent
STATIC = _HERE / "static"

templates = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=select_autoescape(),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def html(
    template: str, values: Mapping[str, Any], *, status: int = 200, form_target: str = ""
) -> Response:
    """Render a template under a strict content security policy.

    Args:
        template: File name under `templates/`.
        values: What the template shows.
        status: HTTP status.
        form_target: Origin to which a form of this page may lead by redirection, besides our own;
            browsers hold redirects after a form against the policy, too.
    """
    policy = (
        "default-src 'none'; style-src 'self'; img-src 'self'; "
        f"form-action 'self' {form_target}; frame-ancestors 'none'; base-uri 'none'"
    )
    headers = {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }
    return HTMLResponse(templates.get_template(template).render(values), status, headers)


def page(
    request: Request,
    template: str,
    values: Mapping[str, Any],
    *,
    status: int = 200,
    form_target: str = "",
) -> Response:
    """Render one of the network's pages; see `html`."""
    here = host_of(request).address(request)
    return html(template, {"here": here, **values}, status=status, form_target=form_target)
