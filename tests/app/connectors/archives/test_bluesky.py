"""Bluesky's export: the records that the tree holds, and nothing else."""

import hashlib

import libipld
import pytest

from app.connectors.archives import Archives, BlueskyArchive
from app.connectors.archives.errors import ArchiveTooLarge, BrokenArchive, UnknownArchive
from app.connectors.catalogue import Account
from context.post import PostKind
from tests.support.exports import (
    DID,
    block,
    car,
    chunked,
    framed,
    repository,
    said_on_bluesky,
    zipped,
)

OTHER = "at://did:plc:ben/app.bsky.feed.post/1"


def path(number=0, collection="app.bsky.feed.post"):
    return f"{collection}/3l{number:04}"


def commit(**changes):
    node = block({"l": None, "e": []})
    said = {"did": DID, "version": 3, "data": node[0], "rev": "1", "prev": None, "sig": b"s"}
    first = block(said | changes)
    return car(first[0], [first, node])


def around(entries, left=None):
    """Return an export whose uppermost node has these entries."""
    node = block({"l": left, "e": entries})
    first = block({"did": DID, "version": 3, "data": node[0]})
    return car(first[0], [first, node])


def test_her_posts_are_read_and_whose_they_are(read, ago):
    name, export = read(
        repository(
            {
                path(1): said_on_bluesky("I love this", ago(days=1)),
                path(2): said_on_bluesky("so tired", ago(hours=1), langs=["en-GB"]),
                path(3): said_on_bluesky("long ago", ago(days=90)),
            }
        )
    )
    assert name == "bluesky_archive"
    assert export.account == Account(DID, DID)
    assert [post.text for post in export.window.posts] == ["so tired", "I love this"]
    assert {post.language for post in export.window.posts} == {"en"}


@pytest.mark.parametrize("size", [1, 37, 1000])
def test_it_is_the_same_in_whatever_pieces_it_comes(texts, ago, size):
    assert texts(repository({path(): said_on_bluesky("hi", ago(days=1))}), size=size) == ["hi"]


def test_a_tree_of_many_nodes_is_walked(texts, ago):
    records = {
        path(number): said_on_bluesky(f"post {number}", ago(minutes=number)) for number in range(50)
    }
    records |= {path(number, "app.bsky.feed.like"): {"n": number} for number in range(50)}
    assert texts(repository(records)) == [f"post {number}" for number in range(50)]


def test_what_the_tree_does_not_hold_is_not_read(texts, ago):
    records = {path(1): said_on_bluesky("here", ago(days=1))}
    gone = said_on_bluesky("deleted", ago(days=1))
    kept_elsewhere = {path(2, "app.bsky.feed.draft"): said_on_bluesky("a draft", ago(days=1))}
    assert texts(repository(records | kept_elsewhere, gone)) == ["here"]


def test_answers_say_whom_and_reposts_are_marked(read, ago):
    def answering(address):
        return {"reply": {"root": {"uri": OTHER}, "parent": {"uri": address}}}

    repost = {"$type": "app.bsky.feed.repost", "createdAt": ago(hours=4).isoformat()}
    records = {
        path(1): said_on_bluesky("to ben", ago(hours=1), **answering(OTHER)),
        path(2): said_on_bluesky("thread", ago(hours=2), **answering(f"at://{DID}/x/1")),
        path(3): said_on_bluesky("quoting", ago(hours=3), embed={"record": {"uri": OTHER}}),
        path(1, "app.bsky.feed.repost"): repost | {"subject": {"uri": OTHER}},
        path(4): said_on_bluesky("two", ago(hours=5), langs=["en", "de"]),
    }
    posts = read(repository(records))[1].window.posts
    assert [post.kind.value for post in posts] == [
        "reply",
        "reply",
        "original",
        "boost",
        "original",
    ]
    assert [post.reply_to for post in posts[:3]] == ["did:plc:ben", posts[0].author, None]
    assert [post.text for post in posts[3:]] == ["", "two"]
    assert posts[4].language is None
    assert posts[3].kind is PostKind.BOOST


@pytest.mark.parametrize(
    "changes",
    [
        {"createdAt": None},
        {"createdAt": "soon"},
        {"createdAt": "2026-01-01T00:00:00"},
        {"text": None},
        {"text": 7},
        {"reply": {"parent": {}}},
        {"reply": 7},
        {"reply": {"parent": {"uri": 7}}},
    ],
)
def test_a_record_that_is_no_post_is_passed_over(texts, ago, changes):
    odd = said_on_bluesky("odd", ago(days=1)) | changes
    records = {path(1): odd, path(2): said_on_bluesky("here", ago(days=2)), path(3): [1]}
    assert texts(repository(records)) == ["here"]


def test_a_packed_one_is_read_too(texts, ago):
    content = repository({path(): said_on_bluesky("hi", ago(days=1))})
    assert texts(zipped({"repo.car": content})) == ["hi"]
    with pytest.raises(UnknownArchive, match="more than one"):
        texts(zipped({"a.car": content, "b.car": content}))


def test_an_empty_repository_has_no_posts(read):
    assert read(repository({}))[1].window.posts == []
    assert read(commit())[1].account.id == DID


@pytest.mark.parametrize(
    "content",
    [
        commit(did="mara"),
        commit(did=7),
        commit(did="did:plc:" + "x" * 300),
        commit(version=9),
        commit(version=[]),
        commit(data=None),
        commit(data=block({"x": 1})[0]),
        car(block({"x": 1})[0], []),
        car(block([1])[0], [block([1])]),
    ],
)
def test_a_commit_of_unknown_form_is_refused(read, content):
    with pytest.raises(BrokenArchive):
        read(content)


RECORD = block({"x": 1})[0]


@pytest.mark.parametrize(
    "entries",
    [
        [{"p": 0, "k": b"a", "v": RECORD}],
        [{"p": 1, "k": b"a", "v": RECORD, "t": None}],
        [{"p": -1, "k": b"a", "v": RECORD, "t": None}],
        [{"p": 0, "k": "a", "v": RECORD, "t": None}],
        [{"p": "0", "k": b"a", "v": RECORD, "t": None}],
        [{"p": 0, "k": b"a" * 2000, "v": RECORD, "t": None}],
        [{"p": 0, "k": b"a", "v": RECORD, "t": RECORD}],
        [{"p": 0, "k": b"a", "v": RECORD, "t": 7}],
        [{"p": 0, "k": b"a", "v": RECORD, "t": [1]}],
        [7],
        7,
        None,
    ],
)
def test_a_node_of_unknown_form_is_refused(read, entries):
    with pytest.raises(BrokenArchive):
        read(around(entries))


def test_a_tree_that_names_a_node_twice_is_refused(read):
    leaf = block({"l": None, "e": []})
    entries = [{"p": 0, "k": b"a", "v": RECORD, "t": leaf[0]}]
    node = block({"l": leaf[0], "e": entries})
    first = block({"did": DID, "version": 3, "data": node[0]})
    with pytest.raises(BrokenArchive):
        read(car(first[0], [first, leaf, node]))


@pytest.mark.parametrize(
    "content",
    [
        framed(b"\xa2\x65roots" + b"\x80"),
        framed(libipld.encode_dag_cbor({"roots": [], "version": 1})),
        framed(libipld.encode_dag_cbor({"roots": [RECORD], "version": 2})),
        b"\xff\xa2\x65roots" + b"\xff" * 20,
        commit() + b"\x03abc",
        commit() + framed(b"\x01\x71\x12\x20" + bytes(32) + b"x"),
        commit() + framed(b"\x00" * 40),
        commit() + framed(bytes(3_000_000)),
        commit() + framed(b"\x01\x71\x12\x20" + hashlib.sha256(b"\xff").digest() + b"\xff"),
        commit()
        + framed(
            b"\x01\x71\x12\x20" + hashlib.sha256(b"\x81" * 99_999).digest() + b"\x81" * 99_999
        ),
    ],
)
def test_a_file_that_is_no_car_is_refused(read, content):
    with pytest.raises(BrokenArchive):
        read(content)


def test_a_word_that_was_changed_on_the_way_is_noticed(read, ago):
    # Mutation: the CID not compared.
    content = repository({path(): said_on_bluesky("I love this", ago(days=1))})
    assert content.count(b"I love this") == 1
    with pytest.raises(BrokenArchive):
        read(content.replace(b"I love this", b"I hate this"))


def test_of_the_tree_and_the_posts_so_much_is_held_and_no_more(now, ago):
    records = {path(n): said_on_bluesky("hello " * 20, ago(minutes=n)) for n in range(50)}
    content = repository(records)
    archives = Archives([BlueskyArchive(kept_at_most=4000)])
    with pytest.raises(ArchiveTooLarge, match="more records"):
        archives.read(chunked(content), now)
    old = {path(n): said_on_bluesky("hello " * 20, ago(days=90)) for n in range(20)}
    assert archives.read(chunked(repository(old)), now)[1].window.posts == []
