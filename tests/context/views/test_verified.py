"""A verified link answers whose account it is, never who writes there, and takes nothing away."""

# Mutations tried: `_ANSWERED` with every doubt; a verified link that adds a doubt; `verified` of
# broken or stale sources counted.

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from context.digest import AccountFacts
from context.document import Authenticity, AuthenticityLevel, Doubt
from context.joined import STALE_AFTER, Source
from context.render import render
from context.section import Section
from tests.context.stories import NOW, STORY

LEVELS = [AuthenticityLevel.DOUBTFUL, AuthenticityLevel.UNCLEAR, AuthenticityLevel.LIKELY]
facts = st.builds(
    AccountFacts,
    age_days=st.sampled_from([None, 0, 30, 1095]),
    automated=st.booleans(),
    repeated=st.sampled_from([0, 19, 40]),
    busiest_day=st.sampled_from([1, 60]),
)


def source(account: AccountFacts, *, verified: bool, **changes: object) -> Source:
    kept = replace(STORY, account=account)
    return replace(Source("mastodon", kept, NOW, verified=verified), **changes)


def told(*sources: Source) -> Authenticity:
    return render(sources, set(Section), NOW).sections.reach.authenticity


def rank(found: Authenticity) -> int:
    return LEVELS.index(found.level)


@given(st.lists(facts, min_size=1, max_size=3), st.lists(st.booleans(), min_size=3, max_size=3))
def test_more_verified_links_never_lower_it_and_unverified_ones_change_nothing(accounts, which):
    plain = told(*(source(account, verified=False) for account in accounts))
    some = told(
        *(source(account, verified=is_so) for account, is_so in zip(accounts, which, strict=False))
    )
    every = told(*(source(account, verified=True) for account in accounts))
    assert rank(plain) <= rank(some) <= rank(every)
    assert set(every.reasons) <= set(some.reasons) <= set(plain.reasons)
    assert some.verified is any(which[: len(accounts)])
    if not some.verified:
        assert some == plain


@pytest.mark.parametrize(
    ("changes", "level", "reasons"),
    [
        ({"age_days": None}, AuthenticityLevel.LIKELY, []),
        ({"age_days": 0}, AuthenticityLevel.LIKELY, []),
        ({"automated": True}, AuthenticityLevel.DOUBTFUL, [Doubt.AUTOMATED]),
        ({"repeated": 40}, AuthenticityLevel.UNCLEAR, [Doubt.REPEATS_ITSELF]),
        ({"repeated": 40, "age_days": 0}, AuthenticityLevel.UNCLEAR, [Doubt.REPEATS_ITSELF]),
    ],
)
def test_what_a_verified_link_answers_and_what_not(changes, level, reasons):
    account = replace(STORY.account, **changes)
    found = told(source(account, verified=True))
    assert (found.level, found.reasons) == (level, reasons)


@pytest.mark.parametrize(
    "changes", [{"broken": True}, {"refreshed_at": NOW - STALE_AFTER - timedelta(seconds=1)}]
)
def test_what_is_broken_or_old_says_nothing(changes):
    used = source(STORY.account, verified=False)
    assert not told(used, source(STORY.account, verified=True, **changes)).verified
