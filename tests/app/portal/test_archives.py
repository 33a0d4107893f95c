"""An export uploaded through the pages, with the real use cases."""

import asyncio
import re
from datetime import timedelta

import httpx
import pytest

from app.main import MAX_BODY_BYTES, SIZES
from app.portal.pages.archives import UPLOAD_AT_MOST, UPLOAD_PATH
from app.web.sizes import Sizes
from tests.app.portal.conftest import Browser, Portal
from tests.support.exports import mastodon_zip, note, tweet, x_zip
from tests.support.pages import Page


@pytest.fixture
def whole(clock):
    return mastodon_zip(*[note("I love it", clock() - timedelta(hours=at)) for at in range(12)])


async def send(browser: Browser, content: bytes, **changes: str | None) -> Page:
    """Send the form as a browser does without scripts: fields as they stand, then the file."""
    form = (await browser.get("/connections")).form(UPLOAD_PATH)
    fields = form.filled(**({"public": "yes"} | changes))
    return Page(await browser.http.post(form.action, data=fields, files={"archive": content}))


async def test_she_uploads_an_export_and_sees_how_much_was_read(mira, whole):
    page = await mira.get("/connections")
    [form] = page.all("form", enctype="multipart/form-data")
    assert form["data-upload"] == str(4 * 1024**3)
    assert [field["type"] for field in page.all("input", name="archive")] == ["file"]
    assert "Nothing of it is written to a disk" in page.text

    shown = await mira.follow(await send(mira, whole))
    assert "Recent posts read and counted: 12. None of them is kept" in shown.text
    assert "@mara@social.example" in shown.text
    assert "Mastodon archive" in shown.text
    assert "Uploaded" in shown.text
    assert "Upload a newer one" in shown.text
    assert "Refresh now" not in shown.text
    assert "Last read" not in shown.text


async def test_it_says_when_it_has_become_old(portal, mira, whole):
    await send(mira, whole)
    portal.clock.advance(days=8)
    mira = await portal.signed_in("mira@example.org")
    shown = await mira.get("/connections")
    assert "Out of date" in shown.text
    assert "Upload a newer archive." in shown.text


async def test_it_is_unlinked_like_any_other(mira, whole):
    await send(mira, whole)
    gone = await mira.follow(await mira.submit((await mira.get("/connections")).form("/unlink")))
    assert "is deleted." in gone.text
    assert "@mara@social.example" not in gone.text


async def test_an_archive_without_recent_posts_says_so_calmly(mira, clock):
    shown = await mira.follow(await send(mira, x_zip(tweet("old", clock() - timedelta(days=90)))))
    assert "There is no public post of the last 30 days in this archive" in shown.text
    assert not shown.all("p", role="alert")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "This is no export that can be read here."),
        (b"PK\x03\x04", "cut off or damaged"),
        (b"GIF89a", "the zip that Mastodon or X gave you"),
    ],
)
async def test_what_is_wrong_with_it_is_said_at_the_form(mira, content, said):
    shown = await send(mira, content)
    assert shown.status == 422
    assert said in shown.text
    [field] = shown.all("input", name="archive")
    assert field["aria-invalid"] == "true"
    assert "archive-problem" in field["aria-describedby"]
    assert (await mira.get(UPLOAD_PATH)).status == 303


async def test_her_word_that_it_is_public_is_needed_before_it_is_read(mira, whole):
    shown = await send(mira, whole, public=None)
    assert shown.status == 422
    assert "Tick that the archive is yours" in shown.text


@pytest.mark.parametrize("csrf", [None, "", "0" * 64])
async def test_without_the_forms_token_nothing_is_read(portal, mira, whole, csrf):
    # Mutation: `check_csrf` left out of the route.
    assert (await send(mira, whole, csrf=csrf)).status == 403
    assert "Link your first account" in (await mira.get("/connections")).text


async def test_a_token_after_the_file_comes_too_late(mira, whole):
    form = (await mira.get("/connections")).form(UPLOAD_PATH)
    parts = [("archive", ("a.zip", whole)), *[(n, (None, v[0])) for n, v in form.filled().items()]]
    assert (await mira.http.post(form.action, files=parts)).status_code == 403


async def test_another_site_or_another_person_cannot_send_it(portal, mira, whole):
    ben = await portal.signed_in("ben@example.org")
    form = (await ben.get("/connections")).form(UPLOAD_PATH)
    fields = form.filled(public="yes")
    answer = await mira.http.post(form.action, data=fields, files={"archive": whole})
    assert answer.status_code == 403
    mira.send(sec_fetch_site="cross-site")
    assert (await send(mira, whole)).status == 403


async def test_somebody_who_is_not_signed_in_is_sent_to_sign_in(browser, whole):
    answer = await browser.http.post(UPLOAD_PATH, data={"csrf": "x"}, files={"archive": whole})
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in")


async def test_what_is_no_form_with_a_file_is_refused(mira):
    answer = await mira.http.post(UPLOAD_PATH, data={"csrf": "x"})
    assert answer.status_code == 400
    kind = {"content-type": "multipart/form-data; boundary=x"}
    for body in (b"", b"--x--", b"\xff" * 100, b'--x\r\nContent-Disposition: form-data; name="a"'):
        answer = await mira.http.post(UPLOAD_PATH, content=body, headers=kind)
        assert answer.status_code == 400


async def test_a_second_upload_at_once_is_told_to_wait(mira, whole):
    began, may = asyncio.Event(), asyncio.Event()
    form = (await mira.get("/connections")).form(UPLOAD_PATH)
    shape = httpx.Request("POST", "http://x", data=form.filled(public="yes"), files={"a": whole})
    body = b"".join(shape.stream)

    async def slowly():
        yield body[:1000]
        began.set()
        await may.wait()
        yield body[1000:]

    headers = {"content-type": shape.headers["content-type"]}
    first = asyncio.create_task(mira.http.post(form.action, content=slowly(), headers=headers))
    await began.wait()
    second = await send(mira, whole)
    assert second.status == 422
    assert "Another archive of yours" in second.text
    may.set()
    assert (await first).status_code == 303


async def test_an_upload_that_breaks_off_keeps_what_was(mira, whole, portal):
    await send(mira, whole)
    form = (await mira.get("/connections")).form(UPLOAD_PATH)
    shape = httpx.Request("POST", "http://x", data=form.filled(public="yes"), files={"a": whole})
    body = b"".join(shape.stream)
    headers = {"content-type": shape.headers["content-type"]}
    for length in range(0, len(body), 97):
        answer = await mira.http.post(form.action, content=body[:length], headers=headers)
        assert answer.status_code in {400, 403, 422}
    [view] = await portal.services.connections.list(mira.customer_id)
    assert view.refreshed_at == portal.clock()


@pytest.mark.parametrize("posts", ["0", "201", "-1", "1e3", "<b>", "١", ""])
async def test_a_number_in_the_address_is_one_that_can_be(mira, posts):
    page = await mira.get(f"/connections?done=uploaded&posts={posts}")
    assert "read and counted: some." in page.text


async def test_a_form_of_kilobytes_is_taken_everywhere_and_a_file_only_here(mira):
    large = {"content-length": str(MAX_BODY_BYTES + 1)}
    refused = await mira.http.post("/connections/link", content=b"x", headers=large)
    assert refused.status_code == 413
    far_too_large = {"content-length": str(UPLOAD_AT_MOST + 1)}
    refused = await mira.http.post(UPLOAD_PATH, content=b"x", headers=far_too_large)
    assert refused.status_code == 413
    assert "a file may have 4 GiB" in refused.text
    multipart = await mira.http.post("/connections/link", files={"a": b"x"})
    assert multipart.status_code == 415
    assert SIZES.at("/connections/archives/") == MAX_BODY_BYTES
    assert Sizes(1).at(UPLOAD_PATH) == 1


async def test_a_body_that_does_not_say_its_size_is_cut_off_elsewhere(mira):
    async def endless():
        for _ in range(3):
            yield b"x" * MAX_BODY_BYTES

    kind = {"content-type": "application/x-www-form-urlencoded"}
    answer = await mira.http.post("/connections/link", content=endless(), headers=kind)
    assert answer.status_code == 413


async def test_words_and_addresses_of_the_form_are_in_the_script(mira):
    page = await mira.get("/connections")
    [script] = page.all("script")
    source = (await mira.http.get(script["src"])).text
    assert re.search(r"form\[data-upload\]", source)
    assert page.all("progress")


async def test_a_refresh_of_what_was_uploaded_says_what_to_do(portal: Portal, mira, whole):
    await send(mira, whole)
    [view] = await portal.services.connections.list(mira.customer_id)
    form = (await mira.get("/connections")).form("/unlink")
    token = portal.services.vault  # the form for it is not shown: the token is made by hand
    session = await portal.services.customers.session(mira.http.cookies["milieu"])
    csrf = token.derive("csrf", f"{session.session_hash}|refresh").hex()
    assert form
    shown = await mira.follow(await mira.post(f"/connections/{view.id}/refresh", csrf=csrf))
    assert "cannot be read again" in shown.text
