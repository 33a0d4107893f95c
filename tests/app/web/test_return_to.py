"""Where to go on after signing in: only ever our own pages (check 18)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web.return_to import PAGES, ReturnTo

REQUEST = "Ab_-0123456789abcdef"


@pytest.mark.parametrize("page", PAGES)
def test_each_page_is_found_again(page: str):
    assert ReturnTo.parse(str(ReturnTo(page))).path == f"/{page}"


def test_a_consent_request_is_found_again():
    there = ReturnTo.parse(f"consent:{REQUEST}")
    assert there.path == f"/consent/{REQUEST}"
    assert ReturnTo.parse(str(there)) == there


@pytest.mark.parametrize(
    "hostile",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "consent:../../evil",
        "consent:",
        "consent://evil.example/0123456789abcdef",
        "javascript:alert(1)",
        "grants:extra",
        "",
    ],
)
def test_anything_else_leads_to_the_context_page(hostile: str):
    assert ReturnTo.parse(hostile).path == "/context"


@given(st.text() | st.from_regex(r"consent:.{0,200}"))
def test_no_text_leads_off_the_site(text: str):
    path = ReturnTo.parse(text).path
    assert path in PAGES.values() or path.removeprefix("/consent/").isascii()
    assert path.startswith("/")
    assert not path.startswith("//")
    assert "\\" not in path
