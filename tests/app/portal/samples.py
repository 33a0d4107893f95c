"""A context as it might be, for tests and pictures of the pages."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from context.document import (
    Absence,
    AbsenceReason,
    Authenticity,
    AuthenticityLevel,
    Context,
    ConversationsSection,
    ConversationTopic,
    DailyValence,
    Doubt,
    Driver,
    EmotionPeak,
    EmotionShare,
    EmotionsSection,
    IntentClaim,
    IntentsSection,
    IntentTopic,
    MoodStep,
    NetworkSection,
    NetworkTopicSeen,
    PeakDirection,
    ReachSection,
    RhythmSection,
    Sections,
    SentimentSection,
    Topic,
    TopicDirection,
    TopicsSection,
    Trend,
    TrendDirection,
)
from context.emotion import Emotion
from context.explain import Claim, ClaimKind, Explanation
from context.intents import Intent
from context.subjects import Subject

AS_OF = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SINCE = date(2026, 2, 20)
HOURS = (1, 0, 0, 0, 0, 0, 2, 9, 11, 5, 2, 2, 4, 3, 2, 2, 3, 5, 8, 12, 13, 9, 5, 2)
CURVE = (31, 34, 38, 33, 29, 36, 41, 40, 35, 37, 42, 39, 30, 8, -18, -31, -44, -41, -35, -38, -46)


def topic(
    label: str,
    share: float,
    valence: float | None,
    direction: TopicDirection = TopicDirection.STEADY,
    subject: Subject | None = None,
    emotions: tuple[Emotion, ...] = (),
) -> Topic:
    return Topic(
        id=label.replace(" ", "-"),
        label=label,
        terms=label.split(),
        subject=subject,
        direction=direction,
        share=share,
        valence=valence,
        emotions=list(emotions),
        answers=0.2,
        confidence=0.8,
        evidence=round(share * 80),
        first_seen=date(2026, 2, 8),
        last_seen=date(2026, 3, 1),
    )


def day(number: int, hundredths: int) -> DailyValence:
    valence = hundredths / 100
    return DailyValence(
        day=date(2026, 2, 8) + timedelta(days=number),
        posts=3,
        valence=valence,
        low=max(-1, valence - 0.22),
        high=min(1, valence + 0.22),
    )


SENTIMENT = SentimentSection(
    as_of=AS_OF,
    sources=["mastodon"],
    valence=-0.31,
    interval=(-0.45, -0.17),
    confidence=0.8,
    evidence=64,
    trend=Trend(direction=TrendDirection.FALLING, change=-0.71, interval=(-1.0, -0.4), since=SINCE),
    daily=[day(number, value) for number, value in enumerate(CURVE)],
    drivers=[
        Driver(id="broadband-outage", label="broadband outage", effect=-0.22, rest=0.1),
        Driver(id="team-play-offs", label="team play-offs", effect=0.09, rest=-0.4),
    ],
)
TOPICS = TopicsSection(
    as_of=AS_OF,
    sources=["mastodon"],
    topics=[
        topic(
            "broadband outage",
            0.38,
            -0.62,
            TopicDirection.RISING,
            Subject.TELECOMS,
            (Emotion.ANGER, Emotion.SADNESS),
        ),
        topic("moving house", 0.24, 0.05, subject=Subject.HOUSING),
        topic("team play-offs", 0.15, 0.55, TopicDirection.FADING, Subject.SPORT, (Emotion.JOY,)),
        topic("garden", 0.06, None),
    ],
)
NETWORK = NetworkSection(
    as_of=AS_OF,
    sources=["mastodon"],
    mood=MoodStep.MIXED,
    people="10-24",
    confidence=0.7,
    difference=-0.25,
    topics=[
        NetworkTopicSeen(
            label="match tickets",
            terms=["match", "tickets"],
            subject=Subject.SPORT,
            people="10-24",
            shared=True,
        ),
        NetworkTopicSeen(
            label="sourdough, oven",
            terms=["sourdough", "oven"],
            subject=None,
            people="5-9",
            shared=False,
        ),
    ],
    own_topics=["broadband outage", "moving house"],
    day=date(2026, 3, 2),
)
RHYTHM = RhythmSection(
    as_of=AS_OF,
    sources=["mastodon"],
    hours=[posts / 100 for posts in HOURS],
    active_hours=[7, 8, 18, 19, 20, 21],
    posts_per_week="11-30",
    confidence=0.9,
    evidence=81,
)


def felt(emotion: Emotion, share: float) -> EmotionShare:
    return EmotionShare(
        emotion=emotion,
        share=share,
        confidence=0.8,
        first_seen=date(2026, 2, 8),
        last_seen=date(2026, 3, 1),
    )


EMOTIONS = EmotionsSection(
    as_of=AS_OF,
    sources=["mastodon"],
    emotions=[
        felt(Emotion.ANGER, 0.34),
        felt(Emotion.JOY, 0.22),
        felt(Emotion.SADNESS, 0.17),
        felt(Emotion.SURPRISE, 0.08),
    ],
    evidence=64,
    peaks=[
        EmotionPeak(
            day=date(2026, 2, 24),
            emotion=Emotion.ANGER,
            direction=PeakDirection.LOW,
            topic_id="broadband-outage",
            topic_label="broadband outage",
            confidence=0.8,
        ),
        EmotionPeak(
            day=date(2026, 2, 14),
            emotion=Emotion.JOY,
            direction=PeakDirection.HIGH,
            topic_id=None,
            topic_label=None,
            confidence=0.7,
        ),
    ],
)


def wish(
    intent: Intent, strength: float, subject: Subject | None, topic: str, evidence: int = 1
) -> IntentClaim:
    return IntentClaim(
        intent=intent,
        subject=subject,
        topic=IntentTopic(id=topic.replace(" ", "-"), label=topic) if topic else None,
        strength=strength,
        confidence=0.9,
        evidence=evidence,
        first_seen=date(2026, 2, 20),
        last_seen=date(2026, 3, 1),
        expires=date(2026, 3, 8),
    )


INTENTS = IntentsSection(
    as_of=AS_OF,
    sources=["mastodon"],
    intents=[
        wish(Intent.NEEDS_HELP, 0.86, Subject.TELECOMS, "broadband outage", 4),
        wish(Intent.ABOUT_TO_LEAVE, 0.62, Subject.TELECOMS, "broadband outage"),
        wish(Intent.WANTS_TO_BUY, 0.41, Subject.HOME, ""),
    ],
)
CONVERSATIONS = ConversationsSection(
    as_of=AS_OF,
    sources=["mastodon"],
    tells=0.52,
    asks=0.17,
    answers=0.23,
    shares=0.08,
    partners="5-9",
    topics=[ConversationTopic(id="broadband-outage", label="broadband outage", answers=0.3)],
    confidence=0.8,
    evidence=81,
)
REACH = ReachSection(
    as_of=AS_OF,
    sources=["mastodon"],
    followers="100-999",
    following="1000-9999",
    account_age="1095+",
    authenticity=Authenticity(
        level=AuthenticityLevel.UNCLEAR, reasons=[Doubt.REPEATS_ITSELF], verified=False
    ),
)
CONTEXT = Context(
    as_of=AS_OF,
    brief="Seems a little low, down since 20 February, mainly: broadband outage.",
    sections=replace(
        Sections.absent(Absence(reason=AbsenceReason.INSUFFICIENT_DATA)),
        topics=TOPICS,
        sentiment=SENTIMENT,
        emotions=EMOTIONS,
        intents=INTENTS,
        conversations=CONVERSATIONS,
        relationship=Absence(reason=AbsenceReason.NO_LENS),
        network=NETWORK,
        rhythm=RHYTHM,
        reach=REACH,
    ),
)


def claim(kind: ClaimKind, name: str, topic: str = "", *terms: str) -> Claim:
    return Claim(
        kind=kind,
        name=name,
        topic=topic,
        terms=list(terms),
        posts=24,
        accounts=["mastodon"],
        days=[date(2026, 2, 26), date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 2)],
    )


EXPLANATION = Explanation(
    as_of=AS_OF,
    reason=None,
    claims=[
        *(
            claim(ClaimKind.TOPIC, topic.label, topic.id, *topic.terms, "router")
            for topic in TOPICS.topics
        ),
        claim(ClaimKind.VALENCE, "valence"),
        claim(ClaimKind.TREND, "falling"),
        *(claim(ClaimKind.EMOTION, share.emotion) for share in EMOTIONS.emotions),
        *(
            claim(ClaimKind.INTENT, wish.intent, wish.topic.id if wish.topic else "", "engineer")
            for wish in INTENTS.intents
        ),
    ],
)


class Shown:
    """A context to show in the place of hers, and what is behind it."""

    def __init__(self, context: Context = CONTEXT) -> None:
        self.context = context

    async def preview(self, _customer_id: str, _sections: object = ()) -> Context:
        return self.context

    async def explain(self, _customer_id: str) -> Explanation:
        return EXPLANATION


def absent(reason: AbsenceReason) -> Context:
    """A context in which every section is absent for one reason."""
    sections = Sections.absent(Absence(reason=reason))
    return Context(as_of=AS_OF, brief="Too little is known to say anything yet.", sections=sections)


def without(**absences: AbsenceReason) -> Context:
    """The sample context, some sections absent for a reason."""
    sections = {name: Absence(reason=reason) for name, reason in absences.items()}
    return replace(CONTEXT, sections=replace(CONTEXT.sections, **sections))
