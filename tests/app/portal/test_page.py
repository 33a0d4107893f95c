"""What all pages share: headers (checks 13, 68), assets, errors, messages."""

import re

import pytest

from app.portal.assets import ASSETS, STATIC, asset_path
from tests.app.portal.conftest import Browser, Portal

PAGES = [
    "/",
    "/sign-in",
    "/sign-in/unknown",
    "/outbox",
    "/nowhere",
    "/consent/unknown",
    "/context",
    "/connections",
    "/grants",
    "/accesses",
    "/account",
]


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_forbids_frames_and_inline_code_and_has_none(mira: Browser, path: str):
    # Checks 13 and 68. Mutation tried: an `onclick`, a `style` and an inline script in base.html.
    page = await mira.get(path)
    headers = page.response.headers
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "unsafe-inline" not in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"
    for tag, attributes in page.elements:
        assert tag != "style"
        assert not {name for name in attributes if name == "style" or name.startswith("on")}
        if tag == "script":
            assert attributes["src"].startswith("/static/")


@pytest.mark.parametrize("path", ["/", "/context", "/connections", "/grants", "/account"])
async def test_every_page_has_landmarks_one_heading_and_named_fields(mira: Browser, path: str):
    page = await mira.get(path)
    if page.status == 303:
        page = await mira.follow(page)
    assert len(page.all("main", id="content")) == 1
    assert len(page.all("h1")) == 1
    assert page.all("a", **{"class": "skip", "href": "#content"})
    assert page.all("html", lang="en")
    labelled = {label.get("for") for label in page.all("label")}
    for field in page.all("input"):
        assert field["type"] == "hidden" or field.get("id") in labelled


async def test_the_navigation_says_where_she_is(mira: Browser):
    page = await mira.get("/grants")
    assert [link["href"] for link in page.all("a", **{"aria-current": "page"})] == ["/grants"]


async def test_assets_are_kept_by_browsers_until_they_change(mira: Browser):
    page = await mira.get("/grants")
    for path in re.findall(r'(?:href|src)="(/static/[^"]+)"', page.html):
        asset = await mira.http.get(path)
        assert asset.status_code == 200
        assert "immutable" in asset.headers["cache-control"]
        assert asset.content == (STATIC / path.rsplit("/", 1)[1]).read_bytes()
    assert set(ASSETS) == {"milieu.css", "milieu.js", "logo.svg"}


@pytest.mark.parametrize(
    "path",
    [
        "/static/000000000000/milieu.css",
        asset_path("milieu.css").replace("milieu.css", "routes.py"),
        asset_path("milieu.css").replace("milieu.css", "..%2Froutes.py"),
    ],
)
async def test_nothing_else_is_an_asset(browser: Browser, path: str):
    assert (await browser.get(path)).status == 404


async def test_an_error_is_a_page_for_people(browser: Browser):
    page = await browser.get("/nowhere")
    assert page.status == 404
    assert page.all("h1")
    assert "There is nothing at this address." in page.text


async def test_an_error_page_leads_on_to_her_own_pages(mira: Browser, browser: Browser):
    hers = await mira.get("/nowhere")
    assert hers.all("nav")
    assert hers.all("a", href="/grants")
    assert "Go to your context" in hers.text
    assert not hers.all("form")
    assert not (await browser.get("/nowhere")).all("nav")


async def test_a_crash_is_a_page_that_tells_nothing(portal: Portal, mira: Browser):
    class Broken:
        async def list(self, _customer_id: str):
            raise RuntimeError("the secret cause")

    portal.change(grants=Broken())
    page = await mira.get("/grants")
    assert page.status == 500
    assert "This is our mistake" in page.text
    assert "secret" not in page.html
    assert page.response.headers["x-frame-options"] == "DENY"


async def test_only_our_own_messages_are_shown(mira: Browser):
    assert "Revoked." in (await mira.get("/grants?done=revoked")).text
    hostile = await mira.get("/grants?done=<script>alert(1)</script>")
    assert "alert" not in hostile.html
