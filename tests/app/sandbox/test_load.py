"""Posts from files: what is read, and what is said of a line that cannot be."""

from collections import Counter
from datetime import timedelta

import pytest

from app.sandbox.load import LineError, LoadError, load_labelled, load_posts
from app.sandbox.status import Visibility
from app.sandbox.world import World
from tests.app.sandbox.conftest import OPENED

MORNING = '"created_at": "2026-06-01T08:00:00Z"'
GOOD = f"""\
{{"author": "ada", {MORNING}, "text": "Morning!", "id": "m", "follows": ["bob"]}}

{{"author": "bob", "created_at": "2026-06-01T11:00:00+02:00", "text": "Too", "in_reply_to": "m"}}
{{"author": "ada", "created_at": "2026-06-20T08:00:00Z", "text": "From the future."}}
{{"author": "ada", {MORNING}, "text": "Between us.", "visibility": "private"}}
"""


@pytest.fixture
def world(clock):
    return World(clock)


@pytest.fixture
def write(tmp_path):
    def write_file(text, name="posts.jsonl"):
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return write_file


def test_people_move_in_with_their_posts(world, clock, write):
    loaded = load_posts(world, write(GOOD))

    assert [status.author for status in loaded] == ["ada", "bob", "ada", "ada"]
    assert [person.handle for person in world.following("ada")] == ["bob"]
    assert loaded[1].in_reply_to == loaded[0].id
    assert loaded[1].created_at == OPENED.replace(month=6, day=1, hour=9)
    assert [one.text for one in world.statuses_of("ada", None)] == ["Morning!"]
    assert loaded[3].visibility is Visibility.PRIVATE
    clock.forward(days=6)
    assert next(world.statuses_of("ada", None)).text == "From the future."


def line(**changes):
    fields = {"author": '"ada"', "created_at": '"2026-06-01T08:00:00Z"', "text": '"Secret words"'}
    inside = ", ".join(f'"{name}": {value}' for name, value in (fields | changes).items() if value)
    return "{" + inside + "}"


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ("not json, Secret words", "the line"),
        ("[1, 2]", "the line"),
        (line(author=None), "author"),
        (line(author='"Ada Lovelace"'), "author"),
        (line(created_at='"yesterday"'), "created_at"),
        (line(created_at='"2026-06-01T08:00:00"'), "created_at"),
        (line(text='""'), "text"),
        (line(mood='"fine"'), "mood"),
        (line(visibility='"secret"'), "visibility"),
        (line(in_reply_to='"nobody"'), "in_reply_to"),
        (line(follows='["A B"]'), "follows.0"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_loaded(world, write, bad, said):
    path = write(f"{line()}\n\n{bad}\n")

    with pytest.raises(LineError, match=f"posts.jsonl, line 3: {said}") as problem:
        load_posts(world, path)

    assert problem.value.line == 3
    assert "Secret words" not in str(problem.value)
    assert world.people == {}


def test_a_file_that_is_none_is_said_so(world, write, tmp_path):
    with pytest.raises(LoadError, match="cannot be read"):
        load_posts(world, tmp_path / "missing.jsonl")
    with pytest.raises(LoadError, match="not UTF-8"):
        load_posts(world, write(b"\xff\xfe"))


def labelled(count):
    return "".join(
        f"{'positive' if n % 3 else 'negative'}\tpost number {n}\n" for n in range(count)
    )


def test_labelled_posts_are_spread_over_authors_and_days(world, write):
    loaded = load_labelled(world, write(labelled(300), "val.tsv"), authors=6, days=30)

    assert Counter(one.label for one in loaded) == {"positive": 200, "negative": 100}
    assert len({one.status.author for one in loaded}) == len(world.people) == 6
    oldest = min(one.status.created_at for one in loaded)
    newest = max(one.status.created_at for one in loaded)
    assert OPENED - timedelta(days=30) <= oldest < OPENED - timedelta(days=28)
    assert OPENED - timedelta(days=2) < newest <= OPENED
    assert all(len(world.following(handle)) == 5 for handle in world.people)
    found = {one.id for handle in world.people for one in world.statuses_of(handle, None)}
    assert found == {one.status.id for one in loaded}


def test_the_same_seed_spreads_alike(clock, write):
    path = write(labelled(50), "val.tsv")
    spread = [
        [one.status for one in load_labelled(World(clock), path, seed=seed)] for seed in (1, 1, 2)
    ]
    assert spread[0] == spread[1] != spread[2]


def test_a_limit_takes_the_first_lines(world, write):
    loaded = load_labelled(world, write(labelled(50), "val.tsv"), limit=7)
    assert [one.status.text for one in loaded] == [f"post number {n}" for n in range(7)]


@pytest.mark.parametrize(
    ("bad", "said"),
    [("no tab here", "no tab"), ("\twords", "is empty"), ("positive\t ", "is empty")],
)
def test_a_bad_labelled_line_is_named(world, write, bad, said):
    with pytest.raises(LineError, match=f"line 2: .*{said}"):
        load_labelled(world, write(f"positive\tfine\n{bad}\n", "val.tsv"))
    assert world.people == {}


@pytest.mark.parametrize("options", [{"authors": 0}, {"days": 0}])
def test_there_is_at_least_one_author_and_one_day(world, write, options):
    with pytest.raises(ValueError, match="at least one"):
        load_labelled(world, write("positive\tfine\n", "val.tsv"), **options)
