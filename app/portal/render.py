"""Templates to responses. Everything a page shows passes here and is escaped here."""

import re
from datetime import date, datetime
from pathlib import Path

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from app.portal import charts, phrases, words
from app.portal.assets import asset_path
from app.portal.notices import DONE, TROUBLE
from app.usecases.customers import CurrentSession
from app.web.session import csrf_token

NAVIGATION = (
    ("context", "Context"),
    ("connections", "Connections"),
    ("grants", "Grants"),
    ("accesses", "Accesses"),
    ("account", "Account"),
)
"""Route names and labels of the pages of someone who is signed in."""

_URL = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)]")


def page(
    request: Request,
    template: str,
    session: CurrentSession | None = None,
    *,
    status: int = 200,
    **values: object,
) -> HTMLResponse:
    """Render one page.

    Args:
        request: What is answered.
        template: File name under `templates/`.
        session: Who is signed in; gives the navigation and the forms' tokens.
        status: HTTP status.
        values: What the template needs.
    """

    def csrf(scope: str) -> Markup:
        assert session is not None  # noqa: S101 - templates ask only where someone is signed in
        token = csrf_token(request, session, scope)
        return Markup('<input type="hidden" name="csrf" value="{}">').format(token)

    shown = _ENVIRONMENT.get_template(template).render(
        path=request.app.url_path_for,
        csrf=csrf,
        session=session,
        page=template.removesuffix(".html"),
        **_said(request),
        **{"is_known": session is not None, **values},
    )
    return HTMLResponse(shown, status)


def _said(request: Request) -> dict[str, str | None]:
    code = request.query_params.get("done", "")
    done = DONE.get(code)
    return {"done": done and done.format(posts=_posts(request)), "trouble": TROUBLE.get(code)}


def _posts(request: Request) -> str:
    """Return how many posts were read, as the address says; no more than could have been."""
    posts = request.query_params.get("posts", "")
    return posts if re.fullmatch(r"[1-9][0-9]?|1[0-9]{2}|200", posts) else "some"


def moment(value: datetime) -> Markup:
    """Write a moment so that the browser can show it in local time."""
    return _time(value.isoformat(timespec="seconds"), words.moment_words(value))


def day(value: date) -> Markup:
    """Write a day, also that of a moment: as a day it is the same wherever she is."""
    return _time(date(value.year, value.month, value.day).isoformat(), words.day_words(value))


def code(characters: str) -> str:
    """Write a code in groups of four, to be read and copied by hand."""
    return "-".join(re.findall(".{1,4}", characters))


def letter(text: str) -> Markup:
    """Write a plain-text mail: paragraphs, and its addresses as links."""
    linked = (
        _linked(paragraph) for paragraph in re.split(r"\n\s*\n", text.strip()) if paragraph.strip()
    )
    return Markup().join(Markup("<p>{}</p>").format(paragraph) for paragraph in linked)


def _time(machine: str, human: str) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(machine, human)


def _linked(text: str) -> Markup:
    parts: list[Markup] = []
    end = 0
    for found in _URL.finditer(text):
        parts.append(escape(text[end : found.start()]))
        parts.append(Markup('<a href="{0}">{0}</a>').format(found.group()))
        end = found.end()
    return Markup().join([*parts, escape(text[end:])])


def _environment() -> Environment:
    environment = Environment(
        autoescape=True,
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        asset=asset_path, charts=charts, phrases=phrases, words=words, pages=NAVIGATION
    )
    environment.filters.update(
        moment=moment,
        day=day,
        code=code,
        letter=letter,
        span=words.span_words,
        emotion=words.emotion_words,
        percent=words.percent_words,
        signed=words.signed_words,
        provider=words.provider_words,
        section_name=words.section_name,
        tone=words.tone_of,
        tone_words=words.tone_words,
    )
    return environment


_ENVIRONMENT = _environment()
