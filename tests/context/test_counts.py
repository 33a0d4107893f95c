from datetime import UTC, datetime, timedelta

import pytest

from context.authenticity import account_facts, count_alike
from context.counts import count_by_day, count_conversations, lower_end
from context.digest import AccountFacts, ConversationCounts
from context.post import Account, Post, PostKind
from context.reading import Reading

NOW = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)
TODAY = NOW.date()


def reading(text="", age=0, kind=PostKind.ORIGINAL, to=None, **told):
    post = Post("her", NOW - timedelta(days=age), text, kind, reply_to=to)
    return Reading(post, "en", **told)


def test_a_day_adds_up_what_its_posts_tell():
    told = {"valence": (10, 20, 70), "emotions": (1, 2, 3, 4, 5, 6, 7)}
    (day,) = count_by_day([reading(**told), reading(**told), reading()])
    assert (day.posts, day.negative, day.neutral, day.positive) == (3, 20, 40, 140)
    assert day.emotions == (2, 4, 6, 8, 10, 12, 14)


def test_each_post_takes_one_part_in_conversations():
    reply, boost = PostKind.REPLY, PostKind.BOOST
    found = count_conversations(
        [
            reading("nice morning"),
            reading("see https://example.org/?page=2"),
            reading("who knows a plumber?"),
            reading("why though?", kind=reply, to="a"),
            reading("because", kind=reply, to="a"),
            reading("exactly", kind=reply, to="b"),
            reading("what do you think?", kind=boost),
        ]
    )
    assert found == ConversationCounts(tells=2, asks=2, answers=2, shares=1, partners=2)


def test_a_thread_of_her_own_has_no_partner():
    own = [reading("and so on", kind=PostKind.REPLY, to="her")]
    assert count_conversations(own).partners == 0


def test_partners_come_in_coarse_steps():
    many = [reading("yes", kind=PostKind.REPLY, to=str(i)) for i in range(24)]
    assert count_conversations(many).partners == 10


@pytest.mark.parametrize(("value", "step"), [(-3, 0), (0, 0), (9, 0), (10, 10), (10**9, 100)])
def test_a_step_is_the_largest_not_above(value, step):
    assert lower_end(value, (0, 10, 100)) == step


def test_an_account_is_told_in_coarse_steps():
    since = TODAY - timedelta(days=200)
    facts = account_facts(Account(1_234, 9, since, automated=True), [], TODAY)
    assert facts == AccountFacts(1_000, 0, 180, automated=True)


def test_an_account_from_the_future_is_new():
    assert account_facts(Account(since=TODAY + timedelta(days=9)), [], TODAY).age_days == 0


def test_without_account_and_posts_there_is_nothing_to_go_by():
    assert account_facts(None, [], TODAY) is None


def test_what_the_provider_does_not_say_is_not_known_but_posts_tell():
    busy = [reading("one"), reading("two"), reading("three", age=1)]
    assert account_facts(None, busy, TODAY) == AccountFacts(busiest_day=2)


def test_posts_worded_alike_are_counted():
    deal = "great offer on garden chairs today only {}"
    found = [reading(deal.format(n)) for n in ("one", "two", "three")]
    others = [reading("a walk along the river with the dog"), reading("ok"), reading("ok")]
    assert count_alike([*found, *others]) == 3


def test_boosts_of_the_same_post_are_not_her_words():
    boosts = [reading("great offer on garden chairs", kind=PostKind.BOOST) for _ in range(3)]
    assert account_facts(None, boosts, TODAY).repeated == 0
