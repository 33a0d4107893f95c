"""The network's own pages, and text as HTML."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sandbox.markup import mentions_in, tags_in, to_html

HERE = "https://rookery.test"
KNOWN = frozenset({"ada"})


@pytest.mark.parametrize("path", ["/", "/@mara", "/@silas"])
async def test_every_page_is_labelled_as_a_sandbox_and_runs_no_script(http, path):
    page = await http.get(path)
    assert page.status_code == 200
    assert "Everybody here is invented" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "<script" not in page.text
    assert "style=" not in page.text


async def test_the_front_page_shows_what_is_new(http, app, clock):
    app.state.controls.publish("mara", "Brand new & <shiny>.")
    app.state.controls.publish("mara", "Just for @ines.", "direct")
    clock.forward(seconds=1)
    page = (await http.get("/")).text
    assert "Brand new &amp; &lt;shiny&gt;." in page
    assert "Just for" not in page
    assert "Just for" not in (await http.get("/@mara")).text


async def test_a_profile_shows_boosts_under_their_authors_name(http):
    assert "Mara Lindqvist boosted" in (await http.get("/@mara")).text


async def test_the_links_of_a_post_lead_somewhere(http, app, clock):
    open_post = app.state.controls.publish("mara", "Tea first. #MorningTea")
    closed_post = app.state.controls.publish("mara", "Not for all. #MorningTea", "private")
    clock.forward(seconds=1)

    assert "Tea first." in (await http.get(f"/@mara/{open_post.id}")).text
    assert (await http.get(f"/@mara/{closed_post.id}")).status_code == 404
    assert (await http.get(f"/@ines/{open_post.id}")).status_code == 404
    tagged = (await http.get("/tags/morningtea")).text
    assert "Tea first." in tagged
    assert "Not for all." not in tagged


async def test_everybody_has_a_picture(http):
    picture = await http.get("/avatars/mara.svg")
    assert picture.headers["content-type"] == "image/svg+xml"
    assert ">ML<" in picture.text
    assert (await http.get("/avatars/nobody.svg")).status_code == 404
    assert (await http.get("/@nobody")).status_code == 404
    assert (await http.get("/static/rookery.css")).status_code == 200


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("", ""),
        ("a\nb\n\nc", "<p>a<br />b</p><p>c</p>"),
        ("1 < 2 & 'so'", "<p>1 &lt; 2 &amp; &#x27;so&#x27;</p>"),
        ("mail me@ada", "<p>mail me@ada</p>"),
        ("hi @nobody", "<p>hi @nobody</p>"),
    ],
)
def test_text_becomes_paragraphs(text, html):
    assert to_html(text, HERE, KNOWN) == html


def test_people_tags_and_addresses_become_links():
    html = to_html("@Ada see https://a.test/x?y=1&z=2. #Moving", HERE, KNOWN)
    assert f'href="{HERE}/@ada"' in html
    assert 'href="https://a.test/x?y=1&amp;z=2"' in html
    assert f'href="{HERE}/tags/moving"' in html
    assert html.count("<a ") == 3


def test_mentions_and_tags_are_found_once():
    assert mentions_in("@ada @Ada, @bob! x@y.z") == ("ada", "bob")
    assert tags_in("#Tea #tea #42 a#b") == ("tea",)


@given(st.text())
def test_no_text_becomes_markup(text):
    html = to_html(text, HERE, KNOWN)
    bare = html
    for tag in ("p", "a", "span", "br /"):
        bare = bare.replace(f"</{tag}>", "").replace(f"<{tag}>", "")
    opened = [piece.split(">")[0] for piece in bare.split("<")[1:]]
    assert all(one.split(" ")[0] in {"a", "span"} for one in opened)
