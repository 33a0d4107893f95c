"""What holds of the network at any time, whatever its seed."""

import re
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.sandbox.chronicle import Span
from app.sandbox.pace import Pace
from app.sandbox.people import Person
from app.sandbox.status import Visibility
from app.sandbox.storylines.narrator import Narrator
from app.sandbox.storylines.read import read_everyday, read_storylines
from app.sandbox.world import World
from tests.app.sandbox.conftest import MOVING, OPENED, HandClock

HOURS = st.floats(min_value=0, max_value=24 * 50, allow_nan=False)


def world_at(hours, seed=1, time_lapse=1.0, anchor=OPENED, storylines=MOVING):
    clock = HandClock(anchor + timedelta(hours=hours))
    pace = Pace(anchor, time_lapse)
    return World(clock, Narrator(storylines, read_everyday(), pace, seed))


def told(world, handle="mara"):
    return list(world.statuses_of(handle, handle))


@settings(max_examples=12)
@given(seed=st.integers(0, 5), hours=HOURS)
def test_the_same_seed_and_clock_give_the_same_posts(seed, hours):
    assert told(world_at(hours, seed)) == told(world_at(hours, seed))


@settings(max_examples=12)
@given(first=HOURS, more=HOURS, time_lapse=st.sampled_from([1.0, 60.0]))
def test_time_only_adds_posts_and_never_one_to_come(first, more, time_lapse):
    world = world_at(first / time_lapse, time_lapse=time_lapse)
    before = told(world)
    world.clock.forward(hours=more / time_lapse)
    after = told(world)

    assert before == after[len(after) - len(before) :]
    assert all(status.created_at <= world.clock() for status in after)
    assert after == told(world_at((first + more) / time_lapse, time_lapse=time_lapse))


@settings(max_examples=25)
@given(data=st.data())
def test_paging_parameters_cut_the_full_list(data):
    world = world_at(0)
    everything = [status.id for status in told(world)]
    one, other = sorted(
        data.draw(st.tuples(st.sampled_from(everything), st.sampled_from(everything)))
    )

    def ids(span):
        return [status.id for status in world.statuses_of("mara", "mara", span)]

    assert ids(Span(max_id=one)) == [i for i in everything if i < one]
    assert ids(Span(since_id=one)) == [i for i in everything if i > one]
    assert ids(Span(max_id=other, since_id=one)) == [i for i in everything if one < i < other]
    assert ids(Span(min_id=one)) == [i for i in everything if i > one][::-1]


@settings(max_examples=40)
@given(story_hours=st.floats(-1000, 1000), time_lapse=st.floats(1, 1000))
def test_the_pace_maps_back_and_forth(story_hours, time_lapse):
    pace = Pace(OPENED, time_lapse)
    story = OPENED + timedelta(hours=story_hours)
    error = pace.in_story(pace.on_clock(story)) - story
    assert abs(error) <= timedelta(microseconds=time_lapse)


def test_another_seed_other_posts():
    assert told(world_at(0, seed=1)) != told(world_at(0, seed=2))


def test_a_time_lapse_makes_something_happen_every_few_seconds():
    world = world_at(0, time_lapse=300, storylines=read_storylines())
    seen = {status.id for status in world.public()}
    quiet = 0
    for _ in range(30):
        world.clock.forward(seconds=10)
        now = {status.id for status in world.public()}
        quiet += now == seen
        seen = now
    assert quiet <= 10


def test_a_network_left_alone_for_months_remembers_the_last_part():
    world = world_at(24 * 200, time_lapse=300)
    newest = told(world)[0]
    # she says all she has to say within hours, and nothing twice within a month
    assert world.clock() - newest.created_at < timedelta(days=2)
    assert len(told(world)) < 2000


@pytest.mark.parametrize("time_lapse", [0.5, -1])
def test_stories_do_not_run_slower_than_life(time_lapse):
    with pytest.raises(ValueError, match="1 or more"):
        Pace(OPENED, time_lapse)


def test_the_anchor_needs_a_time_zone():
    with pytest.raises(ValueError, match="time zone"):
        Pace(OPENED.replace(tzinfo=None))


@pytest.mark.parametrize("storyline", read_storylines(), ids=lambda one: one.name)
def test_every_storyline_has_the_people_and_posts_it_promises(storyline):
    world = world_at(0, storylines=[storyline])
    handle = storyline.protagonist.handle
    own = [one for one in told(world, handle) if one.reblog_of is None]
    friends = world.following(handle)
    month = [one for one in own if one.created_at > OPENED - timedelta(days=30)]

    if storyline.expected.network_mood == "abstains":
        assert len(friends) < 5
        assert len(month) < 10
    else:
        assert len(friends) >= 12
        assert 40 <= len(month) <= 125
    texts = [one.text for one in month]
    assert not [text for text in texts if "{" in text or "  " in text]
    near = OPENED - timedelta(days=3)
    lately = {one.author for one in world.home_of(handle) if one.created_at > near} - {handle}
    assert (len(lately) >= 5) == (len(friends) >= 12)


STORYLINES = {one.name: one for one in read_storylines()}
TWO = st.lists(st.sampled_from(sorted(STORYLINES)), min_size=2, max_size=2, unique=True)


@settings(max_examples=6)
@given(
    seed=st.integers(0, 5),
    hours=HOURS,
    time_lapse=st.sampled_from([1.0, 60.0, 300.0]),
    names=TWO,
)
def test_nobody_says_the_same_twice_within_a_month(seed, hours, time_lapse, names):
    storylines = [STORYLINES[name] for name in names]
    world = world_at(hours, seed, time_lapse=time_lapse, storylines=storylines)
    for handle in world.people:
        own = [one for one in told(world, handle) if one.reblog_of is None]
        said = [re.sub(r"@\w+ *", "", one.text) for one in own]
        latest = {}
        for text, status in zip(said, own, strict=True):
            after = latest.get(text)
            assert after is None or after - status.created_at >= timedelta(days=30)
            latest[text] = status.created_at


def test_a_demo_does_not_run_out_of_words_while_it_is_watched():
    world = world_at(4, time_lapse=300, storylines=read_storylines())
    shown = world.clock() - timedelta(minutes=10)
    assert len([one for one in world.public() if one.created_at > shown]) >= 50


def test_some_people_do_not_want_to_be_read():
    people = world_at(0, storylines=read_storylines()).people.values()
    assert [person for person in people if person.noindex]
    assert [person for person in people if "#nobot" in person.bio]


def test_account_ids_are_unique():
    people = world_at(0, storylines=read_storylines()).people.values()
    assert len({person.account_id for person in people}) == len(people)


def test_who_may_see_what():
    world = World(HandClock())
    for handle in ("ada", "bob", "cy"):
        world.add_person(Person(handle, handle.title()))
    world.follow("bob", "ada")
    seen = {}
    for visibility in Visibility:
        status = world.publish("ada", "for @cy", visibility=visibility)
        seen[visibility.value] = {
            viewer for viewer in (None, "ada", "bob", "cy") if world.may_see(viewer, status)
        }
    assert seen == {
        "public": {None, "ada", "bob", "cy"},
        "unlisted": {None, "ada", "bob", "cy"},
        "private": {"ada", "bob", "cy"},
        "direct": {"ada", "cy"},
    }


def test_replies_to_strangers_stay_out_of_the_home_timeline():
    world = World(HandClock())
    for handle in ("ada", "bob", "cy"):
        world.add_person(Person(handle, handle.title()))
    world.follow("ada", "bob")
    strange = world.publish("cy", "hello")
    world.publish("bob", "@cy hello yourself", in_reply_to=strange.id)
    own = world.publish("bob", "good morning")

    assert [status.id for status in world.home_of("ada")] == [own.id]


def test_nobody_reads_tomorrow_by_its_id():
    world = world_at(0)
    later = world_at(48)
    tomorrow = next(one for one in told(later) if one.created_at > OPENED)

    assert world.status(tomorrow.id, "mara") is None
    world.clock.forward(hours=48)
    assert world.status(tomorrow.id, "mara") == tomorrow


def test_a_deleted_status_takes_its_boosts_with_it():
    world = world_at(0)
    boost = next(one for one in world.statuses_of("mara", None) if one.reblog_of is not None)

    world.delete(boost.reblog_of)

    assert boost.id not in {one.id for one in world.statuses_of("mara", None)}
    assert world.status(boost.id, "mara") is None


def test_a_handle_is_checked():
    with pytest.raises(ValueError, match="is no handle"):
        Person("Not a handle", "X")


def test_no_representation_repeats_what_was_written():
    world = World(HandClock())
    world.add_person(Person("ada", "Ada"))
    assert "secret" not in repr(world.publish("ada", "secret", spoiler="secret"))
