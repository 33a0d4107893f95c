"""What is behind each claim: terms, counts, accounts, days, and never more than is claimed."""

from dataclasses import replace

from context.corrections import Correction, CorrectionKind
from context.digest import DayCounts, Digest, IntentRecord, TopicRecord
from context.document import AbsenceReason, EmotionsSection, SentimentSection
from context.explain import Claim, ClaimKind, explain
from context.intents import Intent
from context.joined import Source
from context.render import render
from context.section import Section
from context.subjects import Subject
from tests.context.stories import CALM, GARDEN, NOW, STORY, TODAY, TRAIN, UPSET, ago, source

ELSEWHERE = Digest(
    "plain/1",
    days=(DayCounts(ago(1), 3, 240, 30, 30),),
    topics=(
        TopicRecord(
            "top_other",
            ("train", "platform", "late"),
            (DayCounts(ago(1), 3, 240, 30, 30),),
            ago(1),
            ago(1),
            TRAIN.subject,
        ),
    ),
    intents=(IntentRecord(Intent.COMPLAINT, TRAIN.subject, "top_other", ((ago(1), 80),)),),
)
BOTH = [source(), source(ELSEWHERE, "bluesky")]


def claims(sources=BOTH, **changes):
    return explain(sources, NOW, **changes).claims


def one(kind, name, found):
    [claim] = [claim for claim in found if (claim.kind, claim.name) == (kind, name)]
    return claim


def test_a_topic_is_explained_by_its_words_counts_accounts_and_days():
    assert one(ClaimKind.TOPIC, "train, platform", claims()) == Claim(
        kind=ClaimKind.TOPIC,
        name="train, platform",
        topic="top_train",
        terms=["train", "platform", "late"],
        posts=19,
        accounts=["bluesky", "mastodon"],
        days=[ago(3), ago(2), ago(1), TODAY],
    )
    garden = one(ClaimKind.TOPIC, "garden, tomato", claims())
    assert garden.accounts == ["mastodon"]
    assert garden.days == [day.day for day in CALM[:12]]


def test_feelings_are_explained_by_the_days_that_were_read():
    found = claims()
    valence = one(ClaimKind.VALENCE, "valence", found)
    assert valence.posts == 2 * len(CALM) + 4 * len(UPSET) + 3
    assert valence.accounts == ["bluesky", "mastodon"]
    assert len(valence.days) == 30
    trend = one(ClaimKind.TREND, "falling", found)
    assert trend.days == [day.day for day in UPSET]
    anger = one(ClaimKind.EMOTION, "anger", found)
    assert (anger.posts, anger.days) == (10, [day.day for day in UPSET])


def test_a_section_states_as_many_posts_as_its_explanation():
    sections = render(BOTH, list(Section), NOW).sections
    assert isinstance(sections.sentiment, SentimentSection)
    assert isinstance(sections.emotions, EmotionsSection)
    posts = one(ClaimKind.VALENCE, "valence", claims()).posts
    assert sections.sentiment.evidence == sections.emotions.evidence == posts


def test_an_intent_is_explained_by_its_topic_and_its_accounts():
    found = claims()
    complaint = one(ClaimKind.INTENT, Intent.COMPLAINT, found)
    assert (complaint.topic, complaint.accounts) == ("top_train", ["bluesky", "mastodon"])
    assert complaint.days == [ago(2), ago(1), TODAY]
    assert complaint.posts == 4
    purchase = one(ClaimKind.INTENT, Intent.WANTS_TO_BUY, found)
    assert (purchase.topic, purchase.terms) == ("", [])
    assert purchase.accounts == ["mastodon"]


def test_what_is_not_claimed_any_more_is_not_explained():
    hidden = Correction(CorrectionKind.MUTE, TRAIN.id, TRAIN.terms, TRAIN.subject)
    found = claims(corrections=[hidden])
    assert {claim.topic for claim in found} == {"", GARDEN.id}
    assert not [claim for claim in found if claim.kind is ClaimKind.TREND]


def test_an_old_digest_without_emotions_claims_none():
    plain = replace(
        STORY, days=tuple(DayCounts(d.day, d.posts, d.negative) for d in STORY.days), intents=()
    )
    kinds = {claim.kind for claim in claims([source(plain)])}
    assert ClaimKind.EMOTION not in kinds
    assert ClaimKind.INTENT not in kinds


def test_where_nothing_is_claimed_the_reason_is_given():
    assert explain([], NOW).reason is AbsenceReason.NOTHING_LINKED
    waiting = explain([Source("mastodon", None, None)], NOW)
    assert (waiting.reason, waiting.claims) == (AbsenceReason.PENDING, [])
    empty = explain([source(Digest("plain/1"))], NOW)
    assert (empty.reason, empty.claims) == (None, [])
    assert Subject.CYCLING in {record.subject for record in STORY.intents}
