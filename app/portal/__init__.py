"""The customer's pages: server-rendered, few and quiet.

`pages/` holds the routes, one file per group; `templates/` and `static/` what they look like;
`charts/` the drawings, `words/` and `phrases.py` the wording. Pages parse, call one use case and
render; the rules are in `app.usecases`.
"""

from app.portal.routes import router

__all__ = ["router"]
