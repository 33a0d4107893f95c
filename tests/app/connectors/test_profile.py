"""What an instance says of her account, and what it leaves unsaid."""

from datetime import date

import pytest

from app.connectors.mastodon.profile import profile
from context.post import Account

SAID = {
    "followers_count": 120,
    "following_count": 0,
    "created_at": "2022-11-04T00:00:00.000Z",
    "bot": True,
}


def test_what_is_said_is_taken():
    assert profile(SAID) == Account(120, 0, date(2022, 11, 4), automated=True)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("followers_count", -1),
        ("followers_count", "120"),
        ("followers_count", True),
        ("following_count", None),
        ("following_count", 1.5),
        ("created_at", "long ago"),
        ("created_at", 2022),
        ("bot", "yes"),
    ],
)
def test_what_is_hidden_or_strange_is_unknown_and_the_rest_stands(name: str, value: object):
    field = {"followers_count": "followers", "following_count": "following", "created_at": "since"}
    account = profile(SAID | {name: value})
    if name == "bot":
        assert not account.automated
    else:
        assert getattr(account, field[name]) is None
    assert [account.followers, account.following, account.since].count(None) == (name != "bot")


def test_an_account_that_says_nothing_is_unknown():
    assert profile({}) == Account()
