"""Which statuses are read: what everybody may see, of people who have not opted out."""

import pytest

from app.connectors.mastodon.statuses import her_post, network_post, written_at
from context.post import PostKind

FRIEND = {"id": "2", "note": "<p>I like cats</p>", "noindex": False, "bot": False, "fields": []}


def status(**changes):
    plain = {
        "created_at": "2026-03-01T10:00:00.000Z",
        "visibility": "public",
        "content": "<p>words</p>",
        "spoiler_text": "",
        "in_reply_to_id": None,
        "language": "en",
        "reblog": None,
        "account": FRIEND,
    }
    return plain | changes


def read(one, *, followers_only=False):
    return her_post(one, followers_only=followers_only)


@pytest.mark.parametrize(
    ("visibility", "hers", "ticked", "networks"),
    [
        ("public", True, True, True),
        ("unlisted", True, True, False),
        ("private", False, True, False),
        ("direct", False, False, False),
        ("mutuals_only", False, False, False),
        ("local", False, False, False),
        ("list", False, False, False),
        ("something new", False, False, False),
    ],
)
def test_visibility(visibility, hers, ticked, networks):
    one = status(visibility=visibility)
    assert (read(one) is not None) is hers
    assert (read(one, followers_only=True) is not None) is ticked
    assert (network_post(one, "1") is not None) is networks


@pytest.mark.parametrize(
    "about",
    [
        {"noindex": True},
        {"bot": True},
        {"note": "<p>painter, #NoBot</p>"},
        {"note": '<a class="hashtag" href="/tags/nobots">#<span>nobots</span></a>'},
        {"note": "<p>&num;no<b>bot</b></p>"},
        {"note": "<p>&#x23;nobot</p>"},
        {"fields": [{"name": "robots", "value": "#noindex please"}]},
    ],
)
def test_authors_who_opted_out_are_never_read(about):
    author = FRIEND | about
    assert network_post(status(account=author), "1") is None


@pytest.mark.parametrize("about", [{"noindex": True}, {"note": "#nobot"}])
def test_nor_are_they_when_somebody_passes_their_words_on(about):
    boosted = status(account=FRIEND | {"id": "9"} | about)
    one = status(reblog=boosted)
    assert network_post(one, "1") is None
    assert read(one) is None


@pytest.mark.parametrize("ticked", [False, True])
@pytest.mark.parametrize("visibility", ["private", "direct"])
def test_a_boost_shows_no_more_than_what_it_boosts(visibility, ticked):
    for around in ("public", "private"):
        one = status(visibility=around, reblog=status(visibility=visibility))
        assert read(one, followers_only=ticked) is None


def test_a_boost_for_her_followers_is_read_if_she_ticked_it():
    one = status(visibility="private", reblog=status())
    assert read(one) is None
    assert read(one, followers_only=True).kind is PostKind.BOOST


def test_whoever_never_spoke_of_indexing_has_not_opted_out():
    assert network_post(status(account=FRIEND | {"indexable": False, "noindex": None}), "1")


def test_her_own_statuses_in_her_timeline_are_not_her_network():
    assert network_post(status(account=FRIEND | {"id": "1"}), "1") is None


def test_an_account_that_says_nothing_about_itself_has_not_opted_out():
    assert network_post(status(account={"id": "2"}), "1") is not None


def test_kinds():
    assert read(status()).kind is PostKind.ORIGINAL
    assert read(status(in_reply_to_id="7")).kind is PostKind.REPLY
    boost = read(status(content="", reblog=status(content="<p>theirs</p>", language="de")))
    assert (boost.kind, boost.text, boost.language, boost.author) == (
        PostKind.BOOST,
        "theirs",
        "de",
        "2",
    )


@pytest.mark.parametrize("answered", ["2", 2])
def test_whom_she_answers_is_told_by_the_account_and_not_by_the_post(answered):
    reply = status(in_reply_to_id="7", in_reply_to_account_id=answered)
    assert read(reply).reply_to == "2"
    assert read(status(in_reply_to_id="7")).reply_to is None
    assert read(status(reblog=reply)).reply_to is None


def test_a_content_warning_is_part_of_what_was_said():
    assert read(status(spoiler_text="food", content="<p>soup</p>")).text == "food\nsoup"


def test_a_language_that_is_none_is_unknown():
    assert read(status(language=["en"])).language is None


def test_a_status_is_dated_with_a_time_zone():
    with pytest.raises(ValueError, match="without a time zone"):
        written_at(status(created_at="2026-03-01T10:00:00"))
