"""Mastodon's export: what of it is a post, whose it is, and what is never read."""

import gzip
import json
from datetime import timedelta

import pytest

from app.connectors.archives.errors import BrokenArchive, UnknownArchive
from app.connectors.catalogue import Account
from context.post import MAX_POSTS, PostKind
from tests.support.exports import (
    FOLLOWERS,
    MARA,
    PUBLIC,
    actor,
    announce,
    mastodon_files,
    mastodon_zip,
    note,
    outbox,
    tarred,
    untidily_gzipped,
    zipped,
    zipped_on_the_fly,
)

OTHER = "https://other.example/users/ben"


@pytest.fixture(params=[zipped, zipped_on_the_fly, tarred], ids=["zip", "piped zip", "tar.gz"])
def packed(request):
    return request.param


def test_her_posts_are_read_from_whatever_the_files_are_packed_in(read, packed, ago):
    files = mastodon_files(note("I love this", ago(days=1)), note("so tired", ago(hours=1)))
    name, export = read(packed(files))
    assert name == "mastodon_archive"
    assert export.account == Account(MARA, "@mara@social.example")
    assert [post.text for post in export.window.posts] == ["so tired", "I love this"]
    assert export.window.posts[0].created_at == ago(hours=1)
    assert export.window.posts[0].language == "en"
    assert {post.kind for post in export.window.posts} == {PostKind.ORIGINAL}


@pytest.mark.parametrize("size", [1, 7, 4096])
def test_it_is_the_same_in_whatever_pieces_it_comes(texts, packed, ago, size):
    files = mastodon_files(note("I love this", ago(days=1)))
    assert texts(packed(files), size=size) == ["I love this"]


def test_it_may_lie_in_a_folder_and_come_in_any_order(texts, packed, ago):
    files = mastodon_files(note("I love this", ago(days=1)))
    turned = {f"archive-2026/{name}": files[name] for name in reversed(files)}
    assert texts(packed(turned)) == ["I love this"]


def test_a_gzip_file_of_two_members_is_read(texts, ago):
    plain = gzip.decompress(tarred(mastodon_files(note("I love this", ago(days=1)))))
    assert texts(untidily_gzipped(plain)) == ["I love this"]


@pytest.mark.parametrize(
    ("to", "cc", "is_read"),
    [
        ([PUBLIC], [FOLLOWERS], True),
        ([FOLLOWERS], [PUBLIC], True),
        ("as:Public", None, True),
        (["Public"], [], True),
        ([FOLLOWERS], [], False),
        ([OTHER], [], False),
        (FOLLOWERS, OTHER, False),
        ([], [], False),
        (["https://social.example/#Public"], [FOLLOWERS], False),
    ],
)
def test_public_and_unlisted_posts_are_read_and_no_others(texts, ago, to, cc, is_read):
    content = mastodon_zip(note("hello", ago(days=1), to=to, cc=cc), note("here", ago(days=2)))
    assert texts(content) == (["hello", "here"] if is_read else ["here"])


def test_a_post_for_fewer_than_its_activity_is_not_read(texts, ago):
    hidden = note("hidden", ago(days=1))
    hidden["object"]["to"], hidden["object"]["cc"] = [FOLLOWERS], []
    assert texts(mastodon_zip(hidden)) == []


def test_answers_say_whom_and_boosts_are_marked(read, ago):
    mention = {"type": "Mention", "href": OTHER, "name": "@ben"}
    answers = f"{OTHER}/statuses/7"
    content = mastodon_zip(
        note("thread", ago(hours=1), inReplyTo=f"{MARA}/statuses/1"),
        note("to you", ago(hours=2), inReplyTo="https://x.example/7", tag=[mention]),
        note("to you", ago(hours=3), inReplyTo=answers, tag=[{"type": "Hashtag"}, "odd"]),
        note("to whom", ago(hours=4), inReplyTo="https://x.example/7"),
        note("to whom", ago(hours=5), inReplyTo={"id": "https://x.example/7"}),
        announce(answers, ago(hours=6)),
        announce(note("mine", ago(days=9))["object"], ago(hours=7)),
    )
    posts = read(content)[1].window.posts
    own = posts[0].author
    assert [post.reply_to for post in posts] == [own, OTHER, OTHER, None, None, None, None]
    assert [post.kind for post in posts] == [PostKind.REPLY] * 5 + [PostKind.BOOST] * 2
    assert [post.text for post in posts[-2:]] == ["", "mine"]


def test_what_is_boosted_to_followers_or_was_not_public_is_not_read(texts, ago):
    quiet = note("quiet", ago(days=1), to=[FOLLOWERS], cc=[])["object"]
    boosts = (announce(quiet, ago(days=1)), announce(OTHER, ago(days=1), to=[FOLLOWERS]))
    assert texts(mastodon_zip(*boosts)) == []


def test_a_warning_is_part_of_a_post_and_markup_is_not(texts, ago):
    said = note("", ago(days=1), summary="Football", content="<p>What a <b>match</b>!</p>")
    assert texts(mastodon_zip(said)) == ["Football\nWhat a match!"]


@pytest.mark.parametrize("languages", [{}, None, {"en": "a", "de": "b"}])
def test_a_language_is_stated_where_there_is_one(read, ago, languages):
    export = read(mastodon_zip(note("hello", ago(days=1), contentMap=languages)))[1]
    assert export.window.posts[0].language is None


def test_only_the_window_is_read_and_of_it_the_newest(read, now, ago):
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    first = today - timedelta(days=29)
    edges = [note("first", first), note("before", first - timedelta(seconds=1))]
    edges += [note("tomorrow", now + timedelta(days=1))]
    posts = read(mastodon_zip(*edges))[1].window.posts
    assert [post.text for post in posts] == ["first"]

    many = [note(f"post {number}", ago(minutes=number)) for number in range(MAX_POSTS + 5)]
    posts = read(mastodon_zip(*many[::-1], *many[:3]))[1].window.posts
    assert len(posts) == MAX_POSTS
    assert posts[0].text == "post 0"
    assert "post 204" not in {post.text for post in posts}


def test_an_archive_without_recent_posts_is_read_and_has_none(read, ago):
    assert read(mastodon_zip(note("old", ago(days=400))))[1].window.posts == []
    assert read(mastodon_zip())[1].window.posts == []


def test_other_activities_are_passed_over(texts, ago):
    like = {"type": "Like", "object": OTHER}
    assert texts(mastodon_zip(like, note("hello", ago(days=1)))) == ["hello"]


@pytest.mark.parametrize("published", ["2009-05-01T00:00:00Z", None, "long ago", 7])
def test_what_it_says_of_the_account_is_not_her_providers_word(read, published):
    files = mastodon_files() | {"actor.json": actor(type="Service", published=published)}
    assert read(zipped(files))[1].window.account is None


@pytest.mark.parametrize("missing", ["actor.json", "outbox.json"])
def test_half_an_export_is_told_from_a_whole_one(read, missing):
    files = mastodon_files()
    del files[missing]
    with pytest.raises(UnknownArchive, match=r"both actor\.json and outbox\.json"):
        read(zipped(files))


@pytest.mark.parametrize("name", ["actor.json", "outbox.json"])
def test_two_exports_in_one_archive_are_refused(read, name):
    files = mastodon_files()
    with pytest.raises(UnknownArchive, match="more than one"):
        read(zipped(files | {f"copy/{name}": files[name]}))


@pytest.mark.parametrize(
    "said",
    [
        b"[]",
        b"{}",
        b'{"id":"https://social.example/users/mara"}',
        actor(id="mara"),
        actor(id="http://[", preferredUsername="x"),
        actor(preferredUsername="<script>"),
        actor(preferredUsername=7),
        actor(id=7),
    ],
)
def test_an_actor_of_unknown_form_is_refused(read, said):
    with pytest.raises(BrokenArchive, match="cut off or damaged"):
        read(zipped(mastodon_files() | {"actor.json": said}))


def broken(**changes):
    def change(activity):
        for path, value in changes.items():
            target = activity["object"] if path.startswith("object_") else activity
            target[path.removeprefix("object_")] = value
        return activity

    return change


@pytest.mark.parametrize(
    "change",
    [
        lambda _activity: "text",
        lambda _activity: [],
        lambda _activity: {},
        broken(published=None),
        broken(published="soon"),
        broken(to=7),
        broken(object=[]),
        broken(object=None),
        broken(object_content=7),
        broken(object_contentMap=7),
        broken(object_tag=7, object_inReplyTo="x"),
    ],
)
def test_an_entry_of_unknown_form_is_refused_and_never_quoted(read, ago, change):
    entry = change(note("a secret of mine", ago(days=1)))
    with pytest.raises(BrokenArchive, match="cut off or damaged") as caught:
        read(mastodon_zip(entry))
    assert "secret" not in repr(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"7",
        b"[]",
        b'{"orderedItems"',
        b'{"orderedItems": [',
        b'{"orderedItems": [{}',
        b'{"orderedItems": [{},]}',
        b'{"orderedItems": [{} {}]}',
        b'{"orderedItems": []',
        b'{"orderedItems": []} {}',
        b'{"orderedItems": [],}',
        b'{"a" 1}',
        b'{"a": nul}',
        b'{"a": "\xff"}',
        b'{"orderedItems": [' + b"[" * 100_000,
        b'{"n": ' + b"1" * 5000 + b"}",
    ],
)
def test_an_outbox_that_is_no_json_is_refused(read, said):
    with pytest.raises(BrokenArchive, match="cut off or damaged"):
        read(zipped(mastodon_files() | {"outbox.json": said}))


def test_an_outbox_without_posts_is_one(read):
    files = mastodon_files() | {"outbox.json": b'\xef\xbb\xbf { "orderedItems" : [ ] , "n": 1 } \n'}
    assert read(zipped(files))[1].window.posts == []
    files["outbox.json"] = json.dumps({"orderedItems": "outbox-page-1"}).encode()
    assert read(zipped(files))[1].window.posts == []


def test_one_entry_of_megabytes_is_refused(read, ago):
    files = {"outbox.json": outbox(note("x" * 3_000_000, ago(days=1))), "actor.json": actor()}
    with pytest.raises(BrokenArchive, match="1,048,576 characters"):
        read(zipped(files))
