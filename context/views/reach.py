"""The reach section: how far she is heard, and whether a person writes there."""

from datetime import date

from context.digest import AccountFacts
from context.document import (
    Absence,
    AbsenceReason,
    Authenticity,
    AuthenticityLevel,
    Doubt,
    ReachSection,
)
from context.joined import Joined
from context.views.evidence import window_days
from context.views.naming import bucket

PEOPLE = (0, 10, 100, 1_000, 10_000, 100_000)
"""Lower ends of the buckets of followers."""
AGES = (0, 30, 180, 365, 1095)
"""Lower ends of the buckets of an account's age in days."""
MIN_POSTS = 10
"""Posts of the window below which a person cannot be told from a robot."""
REPEATED = 0.5
"""Part of the window's posts alike another from which on an account repeats itself."""
MIN_REPEATED = 20
"""Such posts below which it does not: people have their greetings, series and standing jokes."""
TOO_OFTEN = 60
"""Posts on one day from which on it is doubtful that a person wrote them all."""

SIGNS = 2
"""Signs of a robot from which on, together, it is doubtful that a person writes there."""

_ANSWERED = frozenset({Doubt.NEW_ACCOUNT, Doubt.UNKNOWN_AGE})
"""Doubts about whose account it is: a page that names it back has answered them.

Those about who writes there stay: a robot, too, can have a page of its own.
"""
_SIGNS = frozenset({Doubt.NEW_ACCOUNT, Doubt.REPEATS_ITSELF, Doubt.POSTS_TOO_OFTEN})


def reach_section(joined: Joined, today: date) -> ReachSection | Absence:
    """Return how far she is heard.

    Args:
        joined: Her digests as one.
        today: The UTC day of rendering.
    """
    facts = joined.account
    if facts is None:
        return Absence(reason=AbsenceReason.INSUFFICIENT_DATA)
    posts = sum(day.posts for day in window_days(joined.days, today))
    return ReachSection(
        as_of=joined.as_of,
        sources=joined.sources,
        followers=_bucket(facts.followers, PEOPLE),
        following=_bucket(facts.following, PEOPLE),
        account_age=_bucket(facts.age_days, AGES),
        authenticity=_authenticity(facts, posts, verified=joined.verified),
    )


def _bucket(lowest: int | None, edges: tuple[int, ...]) -> str | None:
    return None if lowest is None else bucket(lowest, edges)


def _authenticity(facts: AccountFacts, posts: int, *, verified: bool) -> Authenticity:
    """Return what speaks against a person, where an account's own word alone is enough.

    A verified link takes doubts away and never adds one, so that it cannot lower the level.
    """
    repeats = facts.repeated >= max(MIN_REPEATED, REPEATED * posts)
    holds = {
        Doubt.AUTOMATED: facts.automated,
        Doubt.NEW_ACCOUNT: facts.age_days is not None and facts.age_days < AGES[1],
        Doubt.UNKNOWN_AGE: facts.age_days is None,
        Doubt.REPEATS_ITSELF: posts >= MIN_POSTS and repeats,
        Doubt.POSTS_TOO_OFTEN: facts.busiest_day >= TOO_OFTEN,
        Doubt.FEW_POSTS: posts < MIN_POSTS,
    }
    answered = _ANSWERED if verified else frozenset[Doubt]()
    reasons = [doubt for doubt in Doubt if holds[doubt] and doubt not in answered]
    if facts.automated or len(_SIGNS.intersection(reasons)) >= SIGNS:
        level = AuthenticityLevel.DOUBTFUL
    else:
        level = AuthenticityLevel.UNCLEAR if reasons else AuthenticityLevel.LIKELY
    return Authenticity(level=level, reasons=reasons, verified=verified)
