"""X's archive: what of it is a post, whose it is, and what is never read."""

import zipfile

import pytest

from app.connectors.archives.errors import BrokenArchive, NotPublic, UnknownArchive
from app.connectors.catalogue import Account
from context.post import PostKind
from tests.support.exports import script, tarred, tweet, x_files, x_zip, zipped, zipped_on_the_fly


def changed(action, at):
    return {"protectedHistory": {"protectedAt": at, "action": action}}


@pytest.mark.parametrize("packed", [zipped, zipped_on_the_fly, tarred])
def test_her_posts_are_read_and_whose_they_are(read, packed, ago):
    files = x_files(tweet("I love this", ago(days=1)), tweet("so tired", ago(hours=1)))
    name, export = read(packed(files))
    assert name == "x_archive"
    assert export.account == Account("42", "@mara")
    assert [post.text for post in export.window.posts] == ["so tired", "I love this"]
    assert export.window.posts[0].created_at == ago(hours=1)
    assert export.window.posts[0].language == "en"
    assert export.window.account is None  # what a file says of it is not her provider's word


def test_parts_the_older_name_and_a_folder_around_are_read(texts, ago):
    files = x_files(tweet("one", ago(hours=1)))
    files["data/tweets-part1.js"] = script("tweets", [tweet("two", ago(hours=2))], part=1)
    assert texts(zipped(files)) == ["one", "two"]
    del files["data/tweets.js"], files["data/tweets-part1.js"]
    bare = tweet("old", ago(hours=1))["tweet"]
    del bare["full_text"]
    files["data/tweet.js"] = script("tweet", [bare | {"text": "three", "lang": None}])
    assert texts(zipped({f"twitter-2026/{name}": said for name, said in files.items()})) == [
        "three"
    ]


def test_answers_and_what_is_passed_on_are_marked(read, ago):
    content = x_zip(
        tweet("@ben yes", ago(hours=1), in_reply_to_user_id_str="7", in_reply_to_status_id_str="1"),
        tweet("and so", ago(hours=2), in_reply_to_user_id_str="42", in_reply_to_status_id_str="1"),
        tweet("@ben hello", ago(hours=3), in_reply_to_user_id_str="7"),
        tweet("RT @ben: a &lt;b&gt; &amp; c", ago(hours=4)),
        tweet("RT this", ago(hours=5)),
    )
    posts = read(content)[1].window.posts
    assert [post.kind for post in posts] == [
        PostKind.REPLY,
        PostKind.REPLY,
        PostKind.REPLY,
        PostKind.BOOST,
        PostKind.ORIGINAL,
    ]
    assert [post.reply_to for post in posts] == ["7", posts[0].author, "7", None, None]
    assert posts[3].text == "RT @ben: a <b> & c"


def test_direct_messages_and_whatever_is_not_hers_to_the_public_only_pass_by(texts, ago):
    at = ago(hours=1)
    others = (
        "direct_messages",
        "direct_messages_group",
        "deleted_tweets",
        "twitter_circle_tweet",
        "like",
        "note_tweet",
        "community_tweet",
        "tweet_headers",
        "grok_chat_item",
    )
    hidden = {name: script(name, [tweet(f"hidden in {name}", at)]) for name in others}
    hidden |= {"direct_messages": b"no script at all"}
    assert texts(x_zip(tweet("hello", at), **hidden)) == ["hello"]


@pytest.mark.parametrize(
    "changes",
    [
        [changed("Protect", "2026-01-01T00:00:00.000Z")],
        [
            changed("Protect", "2026-03-01T00:00:00.000Z"),
            changed("Unprotect", "2026-02-01T00:00:00.000Z"),
        ],
        [changed("Something", "2026-01-01T00:00:00.000Z")],
    ],
)
def test_a_protected_account_is_not_read(read, ago, changes):
    history = script("protected_history", changes)
    with pytest.raises(NotPublic, match="for your followers"):
        read(x_zip(tweet("hello", ago(hours=1)), protected_history=history))


def test_one_that_is_public_again_is(texts, ago):
    changes = [
        changed("Protect", "2026-01-01T00:00:00.000Z"),
        changed("Unprotect", "2026-02-01T00:00:00.000Z"),
    ]
    history = script("protected_history", changes)
    assert texts(x_zip(tweet("hello", ago(hours=1)), protected_history=history)) == ["hello"]


@pytest.mark.parametrize("missing", ["account", "tweets"])
def test_half_an_archive_is_told_from_a_whole_one(read, missing):
    files = x_files()
    del files[f"data/{missing}.js"]
    with pytest.raises(UnknownArchive, match=r"account\.js and tweets\.js"):
        read(zipped(files))


def test_two_archives_in_one_are_refused(read):
    files = x_files()
    with pytest.raises(UnknownArchive, match="more than one"):
        read(zipped(files | {"copy/data/account.js": files["data/account.js"]}))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_nor_is_a_file_read_twice(read, tmp_path):
    path = tmp_path / "twice.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in [*x_files().items(), *x_files().items()]:
            archive.writestr(name, content)
    with pytest.raises(UnknownArchive, match="more than one"):
        read(path.read_bytes())


@pytest.mark.parametrize(
    "account",
    [
        script("account", []),
        script("account", ["x"]),
        script("account", [{"account": "x"}]),
        script("account", [{"account": {"accountId": "1"}}]),
        script("account", [{"account": {"accountId": "x", "username": "mara"}}]),
        script("account", [{"account": {"accountId": "1", "username": "<mara>"}}]),
    ],
)
def test_an_account_of_unknown_form_is_refused(read, account):
    with pytest.raises((BrokenArchive, UnknownArchive)):
        read(x_zip(account=account))


@pytest.mark.parametrize(
    "tweets",
    [
        b"",
        b"[]",
        b"window.YTD.tweets.part0 = ",
        b"window.YTD.tweets.part0 = [",
        b"window.YTD.tweets.part0 = [] ; alert(1)",
        b"alert(1); window.YTD.tweets.part0 = []",
        b"window.YTD.tweets.part0 = {}",
        b"window.YTD." + b"x" * 1000 + b" = []",
        script("tweets", ["a secret"]),
        script("tweets", [{"tweet": {"full_text": "a secret"}}]),
        script("tweets", [{"tweet": {"full_text": "a secret", "created_at": "soon"}}]),
        script("tweets", [{"tweet": {"full_text": "a secret", "created_at": 7}}]),
        script("protected_history", [{"x": 1}]),
    ],
)
def test_tweets_of_unknown_form_are_refused_and_never_quoted(read, tweets):
    with pytest.raises(BrokenArchive, match="cut off or damaged") as caught:
        read(x_zip(tweets=tweets))
    assert "secret" not in repr(caught.value)


@pytest.mark.parametrize("text", [7, None, []])
def test_a_tweet_whose_text_is_none_is_refused(read, ago, text):
    with pytest.raises(BrokenArchive):
        read(x_zip(tweet(text, ago(hours=1))))
