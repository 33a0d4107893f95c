"""The sandbox's people come out as they were written: topics, trend, intents, the mood around them.

Linked and refreshed over real HTTP like any account. The engine was tuned with these people in
view, so this shows that nothing broke, not how good the engine is.
"""

import pytest

from app.sandbox.network import create_sandbox
from app.sandbox.storylines.model import Mood, Storyline
from app.sandbox.storylines.read import read_storylines
from app.settings import Settings
from context.document import (
    Absence,
    ConversationsSection,
    IntentsSection,
    NetworkSection,
    ReachSection,
    SentimentSection,
    TopicsSection,
)
from context.engines import Engine
from context.intents import Intent
from context.render import Source, render
from context.section import Section
from tests.support.servers import serving
from tests.support.stage import Stage

CONFIGURED = Settings.model_fields["engine"].default
NEAR = {
    Mood.LOW: {"low", "mixed"},
    Mood.MIXED: {"low", "mixed", "high"},
    Mood.HIGH: {"mixed", "high"},
    Mood.ABSTAINS: {"abstains"},
}
STORYLINES = {storyline.protagonist.handle: storyline for storyline in read_storylines()}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("handle", STORYLINES)
async def test_what_her_story_was_written_with(database, vault, clock, handle: str):
    expected = STORYLINES[handle].expected
    with serving(create_sandbox(clock=clock)) as url:
        exceptions = frozenset({url.removeprefix("http://")})
        stage = Stage(database, vault, clock, exceptions, engine=CONFIGURED)
        customer_id = await stage.customer()
        connection_id = await stage.link(customer_id, url, handle)
        await stage.refresh.refresh(connection_id)
    digest = await stage.digest(customer_id, connection_id)
    sections = render(
        [Source("mastodon", digest, refreshed_at=clock(), broken=False)], set(Section), clock()
    ).sections

    assert trend_of(sections.sentiment) == expected.trend
    # Three coarse steps of few people over three days: the next step is honest, the opposite not.
    assert mood_of(sections.network) in NEAR[expected.network_mood]
    words = words_of(sections.topics)
    assert [topic for topic in expected.topics if not words & set(topic)] == []
    if tells_intents(stage.engine):
        assert set(expected.intents) - intents_of(sections.intents) == set()
    assert isinstance(sections.reach, ReachSection)
    assert sections.reach.followers == "10-99" or expected.network_mood == "abstains"
    assert sections.reach.authenticity.level != "doubtful"
    if isinstance(sections.conversations, ConversationsSection):
        assert sections.conversations.answers > 0
        assert sections.conversations.partners not in {"0", "1"}


def trend_of(section: SentimentSection | Absence) -> str:
    return "unknown" if isinstance(section, Absence) else section.trend.direction.value


def mood_of(section: NetworkSection | Absence) -> str:
    return "abstains" if isinstance(section, Absence) else section.mood.value


def words_of(section: TopicsSection | Absence) -> set[str]:
    if isinstance(section, Absence):
        return set()
    return {term for topic in section.topics for term in topic.terms}


def intents_of(section: IntentsSection | Absence) -> set[str]:
    if isinstance(section, Absence):
        return set()
    return {claim.intent.value for claim in section.intents}


def tells_intents(engine: Engine) -> bool:
    return bool(engine.read(["I need help, please, nothing works!"]).intents.any())


def test_there_are_six_of_them_each_with_three_topics_but_for_who_hardly_posts():
    assert len(STORYLINES) == 6
    assert all(isinstance(storyline, Storyline) for storyline in STORYLINES.values())
    telling = [one.expected for one in STORYLINES.values() if one.expected.trend != "unknown"]
    assert [len(expected.topics) for expected in telling] == [3] * 5
    assert all(expected.intents for expected in telling)


def test_what_they_want_is_among_what_can_be_told():
    wanted = {intent for one in STORYLINES.values() for intent in one.expected.intents}
    assert wanted <= set(Intent)
