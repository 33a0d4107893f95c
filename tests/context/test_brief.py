"""The brief: what is said, how surely, and in which words."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from context.brief import MAX_SENTENCES, compose
from context.document import (
    Absence,
    AbsenceReason,
    Authenticity,
    AuthenticityLevel,
    ConversationsSection,
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
    PeakDirection,
    ReachSection,
    RelationshipSection,
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
from context.intents import Intent
from context.subjects import Subject

ABSENT = Absence(reason=AbsenceReason.NOT_GRANTED)
AT = datetime(2026, 11, 20, tzinfo=UTC)
TODAY = AT.date()
MADE = {"as_of": AT, "sources": ["mastodon"]}
STEADY = Trend(direction=TrendDirection.STEADY, change=0.0, interval=None, since=None)
NOTHING = "Too little is known to say anything yet."


def brief(language="en", **given):
    return compose(replace(Sections.absent(ABSENT), **given), TODAY, language)


def changed(direction, since=date(2026, 11, 17)):
    return Trend(direction=direction, change=0.5, interval=(0.2, 0.8), since=since)


def mood(valence, confidence=0.9, trend=STEADY, drivers=(), interval=None):
    return SentimentSection(
        **MADE,
        valence=valence,
        interval=interval or (valence - 0.05, valence + 0.05),
        confidence=confidence,
        evidence=20,
        trend=trend,
        daily=[],
        drivers=list(drivers),
    )


def driver(label, effect, rest=None):
    return Driver(id=f"top_{label}", label=label, effect=effect, rest=rest)


def topic(label, direction=TopicDirection.STEADY, valence=None, felt=(), subject=None, evidence=6):
    return Topic(
        id=f"top_{label}",
        label=label,
        terms=[label],
        subject=subject,
        direction=direction,
        share=0.2,
        valence=valence,
        emotions=list(felt),
        answers=None,
        confidence=0.5,
        evidence=evidence,
        first_seen=TODAY,
        last_seen=TODAY,
    )


def mind(*topics):
    return TopicsSection(**MADE, topics=list(topics))


def claim(intent, label=None, strength=0.9, confidence=0.9, subject=None, evidence=2):
    return IntentClaim(
        intent=intent,
        subject=subject,
        topic=IntentTopic(id=f"top_{label}", label=label) if label else None,
        strength=strength,
        confidence=confidence,
        evidence=evidence,
        first_seen=TODAY,
        last_seen=TODAY,
        expires=TODAY + timedelta(days=7),
    )


def wants(*claims):
    return IntentsSection(**MADE, intents=list(claims))


@pytest.mark.parametrize(
    ("valence", "words"),
    [
        (-0.8, "Seems in low spirits."),
        (-0.2, "Seems a little low."),
        (0.0, "Seems even-tempered."),
        (0.2, "Seems in good spirits."),
        (0.8, "Seems in high spirits."),
    ],
)
def test_valence_in_words(valence, words):
    assert brief(sentiment=mood(valence)) == words


def test_thin_evidence_is_said():
    assert brief(sentiment=mood(-0.2, 0.4)) == "Perhaps a little low, on thin evidence."
    straddling = mood(-0.2, interval=(-0.5, 0.1), drivers=[driver("train", -0.4)])
    assert brief(sentiment=straddling) == "Perhaps a little low, on thin evidence."


@pytest.mark.parametrize(
    ("emotions", "words"),
    [
        (
            [Emotion.ANGER],
            "Seems frustrated since Tuesday, mainly: train; otherwise in good spirits.",
        ),
        ([Emotion.FEAR], "Seems worried since Tuesday, mainly: train; otherwise in good spirits."),
        # joy does not fit a low, so that only the low is said
        ([Emotion.JOY], "Seems unhappy since Tuesday, mainly: train; otherwise in good spirits."),
        ([], "Seems unhappy since Tuesday, mainly: train; otherwise in good spirits."),
    ],
)
def test_what_weighs_since_when_and_how_it_is_otherwise(emotions, words):
    falling = mood(
        -0.2, trend=changed(TrendDirection.FALLING), drivers=[driver("train", -0.5, rest=0.3)]
    )
    about = mind(topic("train", valence=-0.6, felt=emotions))
    assert brief(sentiment=falling, topics=about) == words


def test_nothing_is_said_of_the_rest_where_it_is_low_or_unknown():
    about = mind(topic("train", valence=-0.6))
    for rest in (None, -0.3):
        falling = mood(
            -0.4, trend=changed(TrendDirection.FALLING), drivers=[driver("train", -0.5, rest)]
        )
        said = brief(sentiment=falling, topics=about)
        assert said == "Seems unhappy since Tuesday, mainly: train."


def test_a_good_mood_has_its_but():
    sentiment = mood(0.3, drivers=[driver("train", -0.15, rest=0.45)])
    about = mind(topic("train", valence=-0.6, felt=[Emotion.ANGER]))
    said = brief(sentiment=sentiment, topics=about)
    assert said == "Seems in good spirits, but frustrated, mainly: train."


@pytest.mark.parametrize(
    ("direction", "effect", "words"),
    [
        (TrendDirection.FALLING, -0.3, "Seems even-tempered, down since Tuesday, mainly: "),
        (TrendDirection.RISING, 0.3, "Seems even-tempered, up since Tuesday, mainly: train."),
        (TrendDirection.FALLING, 0.3, "Seems even-tempered, down since Tuesday."),
    ],
)
def test_a_change_names_the_driver_that_explains_it(direction, effect, words):
    # how she feels about the topic itself is not known: only the effect is told
    sentiment = mood(0.0, trend=changed(direction), drivers=[driver("train", effect)])
    assert brief(sentiment=sentiment).startswith(words)


def test_while_her_mood_rises_nothing_weighs():
    sentiment = mood(0.3, trend=changed(TrendDirection.RISING), drivers=[driver("train", -0.2)])
    said = brief(sentiment=sentiment, topics=mind(topic("train", valence=-0.9)))
    assert said.startswith("Seems in good spirits, up since Tuesday.")


@pytest.mark.parametrize(
    ("age", "words"),
    [(0, "since today"), (1, "since Thursday"), (6, "since Saturday"), (7, "since 13 November")],
)
def test_a_day_is_named_as_people_name_it(age, words):
    trend = changed(TrendDirection.FALLING, TODAY - timedelta(days=age))
    assert brief(sentiment=mood(-0.2, trend=trend)) == f"Seems a little low, down {words}."


def test_an_even_mood_needs_no_explanation():
    drivers = [driver("train", -0.08)]
    assert brief(sentiment=mood(0.0, drivers=drivers)) == "Seems even-tempered."
    low = brief(sentiment=mood(-0.5, drivers=drivers))
    assert low == "Seems in low spirits, mainly: train."


def test_a_driver_of_two_terms_is_said_by_both():
    said = brief(sentiment=mood(-0.5, drivers=[driver("internet, provider", -0.3)]))
    assert said == "Seems in low spirits, mainly: internet, provider."


def test_obscure_terms_come_with_their_subject_in_the_readers_language():
    obscure = topic("light, transformer (energy)", subject=Subject.ENERGY)
    sentiment = mood(-0.5, drivers=[driver("light, transformer (energy)", -0.3)])
    assert brief(sentiment=sentiment, topics=mind(obscure)) == (
        "Seems in low spirits, mainly: energy (light and transformer)."
    )
    assert brief("de", sentiment=sentiment, topics=mind(obscure)) == (
        "Wirkt in gedrückter Stimmung, vor allem: Energie (light und transformer)."
    )
    assert brief("fr", sentiment=sentiment).endswith("surtout : énergie (light et transformer).")
    assert brief(topics=mind(obscure)) == "On the mind: energy (light and transformer)."


def test_an_everyday_word_says_a_topic_alone():
    cat = topic("stuck, cat", subject=Subject.PETS)
    assert brief(topics=mind(cat)) == "On the mind: cat."
    both = topic("cat, dog", subject=Subject.PETS)
    assert brief(topics=mind(both)) == "On the mind: cat, dog."
    help_ = claim(Intent.NEEDS_HELP, "stuck, cat", subject=Subject.PETS)
    assert brief(intents=wants(help_)) == "Needs help: cat."


def test_a_topic_without_terms_is_said_by_its_subject_in_the_readers_language():
    only = topic("film and TV", subject=Subject.FILM_AND_TV)
    assert brief(topics=mind(only)) == "On the mind: film and TV."
    assert "Film und Fernsehen" in brief("de", topics=mind(only))
    sentiment = mood(-0.5, drivers=[driver("home repair", -0.3)])
    assert brief("es", sentiment=sentiment).endswith("sobre todo: arreglos en casa.")


def test_topics_are_listed_with_their_direction():
    listed = mind(
        topic("train", TopicDirection.RISING),
        topic("garden", TopicDirection.STEADY),
        topic("phone", TopicDirection.FADING),
        topic("fourth", TopicDirection.STEADY),
    )
    assert brief(topics=listed) == (
        "More and more about: train; still about: garden; less about: phone."
    )
    assert brief(topics=mind(topic("garden"))) == "On the mind: garden."


def test_what_goes_one_way_is_said_once_and_each_term_once():
    listed = mind(
        topic("broadband", TopicDirection.RISING),
        topic("flat, window", TopicDirection.FADING),
        topic("internet, provider, broadband", TopicDirection.RISING),
    )
    assert brief(topics=listed) == (
        "More and more about: broadband, internet, provider; less about: flat, window."
    )
    only = mind(topic("window", TopicDirection.RISING), topic("window", TopicDirection.FADING))
    assert brief(topics=only) == "More and more about: window."


def test_the_gravest_intents_are_said_first_in_plain_words():
    said = brief(
        intents=wants(
            claim(Intent.PRAISE, "garden", evidence=6),
            claim(Intent.WANTS_TO_BUY, "shoes"),
            claim(Intent.NEEDS_HELP, "broadband", evidence=3),
            claim(Intent.ABOUT_TO_LEAVE, "router", subject=Subject.TELECOMS),
        )
    )
    assert said == (
        "Is thinking of leaving a supplier: phone and internet; needs help: broadband;"
        " would like to buy something: shoes."
    )


def test_much_said_of_something_grave_comes_before_a_little_of_it():
    complaints = claim(Intent.COMPLAINT, "broadband", evidence=15)
    help_ = claim(Intent.NEEDS_HELP, "ticket")
    advice = claim(Intent.ASKS_ADVICE, "watercolour", evidence=4)
    assert brief(intents=wants(advice, help_, complaints)).startswith("Has complaints: broadband;")


def test_what_is_done_about_several_things_is_said_once():
    advice = [claim(Intent.ASKS_ADVICE, label) for label in ("charger, screen", "lens, bridge")]
    assert brief(intents=wants(*advice)) == "Asks for advice: charger, lens."
    topics = mind(topic("bridge"))
    assert brief(intents=wants(*advice), topics=topics).startswith(
        "Asks for advice: charger, bridge."
    )


def test_an_intent_without_a_topic_names_its_subject():
    buys = claim(Intent.WANTS_TO_BUY, subject=Subject.FASHION)
    assert brief(intents=wants(buys)) == "Would like to buy something: fashion."


def test_an_intent_about_nothing_known_is_said_to_those_alone_who_may_not_see_topics():
    buys = wants(claim(Intent.WANTS_TO_BUY))
    assert brief(intents=buys) == "Would like to buy something."
    assert brief(intents=buys, topics=mind(topic("garden"))) == "On the mind: garden."
    unknown = Absence(reason=AbsenceReason.INSUFFICIENT_DATA)
    assert brief(intents=buys, topics=unknown) == NOTHING


@pytest.mark.parametrize("thin", [{"evidence": 1}, {"strength": 0.39}, {"confidence": 0.7}])
def test_one_post_or_a_guess_is_not_worth_a_sentence(thin):
    assert brief(intents=wants(claim(Intent.PRAISE, "bike", **thin))) == NOTHING
    assert brief(intents=wants()) == NOTHING


def test_what_is_needed_about_what_was_named_goes_without_its_name():
    sentiment = mood(-0.5, drivers=[driver("train", -0.3)])
    claims = wants(
        claim(Intent.COMPLAINT, "train", evidence=9),
        claim(Intent.COMPLAINT, "platform"),
        claim(Intent.NEEDS_HELP, "train"),
        claim(Intent.ASKS_ADVICE, "parcel"),
    )
    assert brief(sentiment=sentiment, intents=claims) == (
        "Seems in low spirits, mainly: train. Has complaints; needs help; asks for advice: parcel."
    )


def test_topics_already_named_are_not_named_again():
    sentiment = mood(-0.5, drivers=[driver("train", -0.3)])
    said = brief(
        sentiment=sentiment,
        intents=wants(claim(Intent.NEEDS_HELP, "parcel")),
        topics=mind(topic("train"), topic("parcel"), topic("garden"), topic("train, delay")),
    )
    assert said.endswith("Needs help: parcel. On the mind: garden.")
    alone = brief(sentiment=sentiment, topics=mind(topic("train")))
    assert alone == "Seems in low spirits, mainly: train."


def test_a_topic_of_a_few_posts_is_not_spoken_of():
    few = topic("wool, soup", valence=-0.6, evidence=4)
    assert brief(topics=mind(few, topic("choir"))) == "On the mind: choir."
    low = mood(-0.5, drivers=[driver("wool, soup", -0.3)])
    assert brief(sentiment=low, topics=mind(few)) == "Seems in low spirits."


NETWORK = NetworkSection(
    **MADE,
    mood=MoodStep.LOW,
    people="5-9",
    confidence=0.3,
    difference=None,
    topics=[],
    own_topics=[],
    day=TODAY,
)
EMOTIONS = EmotionsSection(
    **MADE,
    emotions=[
        EmotionShare(emotion=e, share=0.4, confidence=0.7, first_seen=TODAY, last_seen=TODAY)
        for e in (Emotion.JOY, Emotion.ANGER, Emotion.SADNESS)
    ],
    evidence=20,
    peaks=[],
)
REACH = ReachSection(
    **MADE,
    followers="100-999",
    following="100-999",
    account_age=None,
    authenticity=Authenticity(
        level=AuthenticityLevel.UNCLEAR, reasons=[Doubt.UNKNOWN_AGE], verified=False
    ),
)


def hours(*active):
    return RhythmSection(
        **MADE,
        hours=[1 / 24] * 24,
        active_hours=list(active),
        posts_per_week="4-10",
        confidence=0.5,
        evidence=20,
    )


def test_emotions_speak_where_sentiment_may_not():
    assert brief(emotions=EMOTIONS) == "Lately mostly joy and frustration in the posts."
    both = brief(emotions=EMOTIONS, sentiment=mood(0.2))
    assert both == "Seems in good spirits."
    assert brief(emotions=replace(EMOTIONS, emotions=[])) == NOTHING


def test_a_peak_of_the_last_days_is_told_and_an_older_one_is_not():
    def peaked(age, label=None):
        peak = EmotionPeak(
            day=TODAY - timedelta(days=age),
            emotion=Emotion.JOY,
            direction=PeakDirection.HIGH,
            topic_id=f"top_{label}" if label else None,
            topic_label=label,
            confidence=0.8,
        )
        return replace(EMOTIONS, emotions=[], peaks=[peak])

    assert brief(emotions=peaked(5)) == "An emotional high on Sunday."
    assert brief(emotions=peaked(5, "match")) == "An emotional high on Sunday: match."
    assert brief(emotions=peaked(0)) == "An emotional high today."
    assert brief(emotions=peaked(7)) == NOTHING


def company(valence, switching=0.0, trend=STEADY):
    known = valence is not None
    return RelationshipSection(
        **MADE,
        valence=valence,
        interval=(valence - 0.1, valence + 0.1) if known else None,
        trend=trend,
        switching=switching,
        advocacy=0.0,
        subjects=[],
        network=None,
        rivals=None,
        confidence=0.7,
        evidence=6,
        first_seen=TODAY,
        last_seen=TODAY,
    )


@pytest.mark.parametrize(
    ("section", "words"),
    [
        (company(0.5), "Has spoken well of the company lately."),
        (company(0.0), "Has spoken of the company lately, neither well nor badly."),
        (
            company(-0.5, 0.8, changed(TrendDirection.FALLING)),
            (
                "Has spoken critically of the company lately, less kindly since Tuesday,"
                " and may be thinking of leaving."
            ),
        ),
        (
            company(0.4, trend=changed(TrendDirection.RISING)),
            "Has spoken well of the company lately, more kindly since Tuesday.",
        ),
        (company(None, 0.6), "May be thinking of leaving the company."),
        (company(None, 0.2), NOTHING),
    ],
)
def test_how_she_speaks_of_the_company(section, words):
    assert brief(relationship=section) == words


def test_what_is_known_of_the_account_is_not_read_aloud():
    doubtful = Authenticity(
        level=AuthenticityLevel.DOUBTFUL, reasons=[Doubt.AUTOMATED], verified=False
    )
    assert brief(reach=replace(REACH, authenticity=doubtful)) == NOTHING
    assert brief(reach=REACH, topics=mind(topic("garden"))) == "On the mind: garden."


def test_what_she_mostly_does_in_conversations():
    section = ConversationsSection(
        **MADE,
        tells=0.2,
        asks=0.1,
        answers=0.6,
        shares=0.1,
        partners="5-9",
        topics=[],
        confidence=0.7,
        evidence=40,
    )
    assert brief(conversations=section) == "Mostly answers others."
    assert brief(conversations=replace(section, tells=0.4, answers=0.4)) == NOTHING


def test_at_most_three_sentences_the_most_useful_first():
    said = brief(
        topics=mind(topic("garden")),
        sentiment=mood(0.2),
        intents=wants(claim(Intent.NEEDS_HELP, "parcel")),
        network=NETWORK,
        rhythm=hours(9),
        reach=REACH,
    )
    assert said.count(".") == MAX_SENTENCES
    assert said == "Seems in good spirits. Needs help: parcel. On the mind: garden."
    assert brief(network=NETWORK) == "The mood among the people around the customer is low."


@pytest.mark.parametrize(
    ("active", "words"),
    [
        ((8, 9, 10), "between 08:00 and 11:00 UTC."),
        ((0, 1, 22, 23), "between 22:00 and 02:00 UTC."),
        (range(24), "between 00:00 and 00:00 UTC."),
    ],
)
def test_hours_run_over_midnight(active, words):
    assert brief(rhythm=hours(*active)).endswith(words)


def test_nothing_is_said_of_nothing():
    assert brief() == NOTHING
    assert brief(rhythm=hours()) == NOTHING
    assert brief("de") == "Es ist noch zu wenig bekannt, um etwas zu sagen."
