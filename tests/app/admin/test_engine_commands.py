"""The engine's commands, as somebody meets them who has texts and posts of their own."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from app.admin import main

BAKING = {
    "author": "ada",
    "created_at": "2026-01-05T10:00:00Z",
    "text": "I love baking bread at home",
    "mine": True,
}


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Run `milieu engine COMMAND` over a file of these bytes; returns what it wrote."""
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.setenv("MILIEU_ENGINE", "light")

    def milieu(command: str, content: bytes, *options: str) -> str:
        given, out = tmp_path / "given", tmp_path / "out"
        given.write_bytes(content)
        option = {"score": "--tsv", "digest": "--jsonl"}[command]
        paths = (option, str(given), "--out", str(out))
        monkeypatch.setattr("sys.argv", ["milieu", "engine", command, *paths, *options])
        with pytest.raises(SystemExit) as ended:
            main.main()
        assert bool(ended.value.code) != out.exists()
        return out.read_text("utf-8") if out.exists() else ""

    return milieu


def post(**changed: object) -> bytes:
    return json.dumps(BAKING | changed).encode()


def test_every_line_that_is_not_empty_has_its_row_whatever_is_in_it(engine):
    long = "word " * 20_000
    lines = ["7\tI love it", "", "I hate it\r", "\U0001f389", "\t", "  ", "a\rb", "8\t", long]
    told = engine("score", "\n".join(lines).encode("utf-8-sig"), "--task", "sentiment")
    labels = [json.loads(row)["label"] for row in told.splitlines()]
    assert len(labels) == len(lines) - 1
    assert labels[:2] == ["positive", "negative"]


def test_of_an_empty_text_nothing_is_claimed(engine, capsys: pytest.CaptureFixture):
    empty = {"label": None, "probabilities": {}}
    told = engine("score", b"\n1\tI love it\n2\t\n \n", "--task", "sentiment").splitlines()
    assert [json.loads(row) for row in told[1:]] == [empty, empty]
    said = capsys.readouterr().err
    assert "2 texts are empty, the first on line 3: the label is null." in said
    assert json.loads(engine("score", b"3\t", "--task", "intents")) == empty | {"labels": []}
    assert "1 text is empty, the first on line 1" in capsys.readouterr().err


def test_that_there_is_no_row_of_headings_is_said_before_one_tries(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.setattr("sys.argv", ["milieu", "engine", "score", "--help"])
    with pytest.raises(SystemExit):
        main.main()
    said = capsys.readouterr().out
    assert "no row of headings" in said
    assert "the label is null" in said


def test_an_intent_is_told_with_all_that_are_likely(engine):
    told = engine("score", b"Which bike should I buy for commuting?", "--task", "intents")
    row = json.loads(told)
    assert row["label"] in row["labels"]
    assert all(row["probabilities"][name] >= 0.5 for name in row["labels"])


@pytest.mark.parametrize(
    ("content", "said"), [(b"Caf\xe9", "not UTF-8"), (b"", "no text"), (b"\n\r\n", "no text")]
)
def test_texts_that_cannot_be_scored_are_refused_in_a_line(
    engine, capsys: pytest.CaptureFixture, content: bytes, said: str
):
    engine("score", content, "--task", "sentiment")
    told = capsys.readouterr().err
    assert said in told
    assert told.replace("\n", "").endswith("per line") or "iconv" in told


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"Caf\xe9", "not UTF-8"),
        (b"[" * 100_000, "line 3: expected a JSON object with author"),
        (b'"baking"', "line 3: expected a JSON object with author"),
        (b'{"author": "ada"}', "line 3: text is missing"),
        (post(author=7), "line 3: author must be a text"),
        (post(text=None), "line 3: text must be a text"),
        (post(mine="yes"), "line 3: mine must be true or false"),
        (post(created_at=7), "line 3: created_at must be a time with its zone"),
        (post(created_at="baking"), "line 3: created_at must be a time with its zone"),
        (post(created_at="2026-01-05T10:00:00"), "line 3: created_at must be a time with"),
        (post(created_at="0001-01-01T00:00:00+14:00"), "line 3: created_at must be a time with"),
        (post(created_at="0001-01-01T00:00:00Z"), "line 3: created_at lies outside"),
        (post(created_at="9999-12-31T00:00:00Z"), "line 3: created_at lies outside"),
    ],
)
def test_a_post_that_is_malformed_is_refused_by_its_file_line_and_field_and_never_quoted(
    engine, capsys: pytest.CaptureFixture, line: bytes, said: str
):
    engine("digest", post() + b"\n\n" + line)
    told = capsys.readouterr().err
    assert said in told
    assert "given" in told
    assert "baking" not in told


def test_a_file_that_begins_with_a_mark_is_read(engine):
    told = json.loads(engine("digest", b"\xef\xbb\xbf" + post()))
    assert told["as_of"] == "2026-01-05T10:00:00+00:00"


@pytest.mark.parametrize(
    ("now", "as_of"),
    [
        ("2026-01-06", "2026-01-06T00:00:00+00:00"),
        ("2026-01-06T08:00:00", "2026-01-06T08:00:00+00:00"),
        ("2026-01-06T08:00:00Z", "2026-01-06T08:00:00+00:00"),
        ("2026-01-06T08:00:00+02:00", "2026-01-06T06:00:00+00:00"),
    ],
)
def test_the_time_to_render_for_is_utc_unless_it_says_otherwise(engine, now: str, as_of: str):
    assert json.loads(engine("digest", post(), "--now", now))["as_of"] == as_of


def test_posts_of_after_the_time_to_render_for_are_counted(engine, capsys: pytest.CaptureFixture):
    posts = [post(), post(created_at="2026-01-07T10:00:00Z"), post(mine=False)]
    engine("digest", b"\n".join(posts), "--now", "2026-01-06")
    said = capsys.readouterr().err
    assert "1 post is later than 2026-01-06T00:00:00+00:00, the time to render for" in said
    engine("digest", b"\n".join(posts), "--now", "2026-01-05")
    assert "3 posts are later than 2026-01-05T00:00:00+00:00" in capsys.readouterr().err
    engine("digest", b"\n".join(posts))
    assert "later" not in capsys.readouterr().err


def test_a_post_file_without_a_post_is_told(engine, capsys: pytest.CaptureFixture):
    engine("digest", b"\n")
    assert "given has no post: give one JSON object per line" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "options", "said"),
    [
        ("score", ("--task", "mood"), "no 'mood': choose one of sentiment, emotion, intents, sub"),
        ("digest", ("--engine", "quick"), "no 'quick': choose one of full, light"),
        ("digest", ("--now", "soon"), "'soon' is no time: write 2026-03-02, 2026-03-02T09:00:00"),
    ],
)
def test_an_option_that_does_not_fit_is_told_in_our_words(
    engine, capsys: pytest.CaptureFixture, command: str, options: tuple[str, str], said: str
):
    engine(command, post(), *options)
    told = capsys.readouterr().err
    assert said in told
    assert "Value error" not in told


def test_the_engine_is_the_settings_unless_one_is_named(
    engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    assert json.loads(engine("digest", post()))["engine"].startswith("light")
    assert json.loads(engine("digest", post(), "--engine", "full"))["engine"].startswith("full")
    monkeypatch.setenv("MILIEU_ENGINE", "quick")
    given = ("--tsv", "given", "--out", "out")
    for command in (
        ["score", "--task", "intents", *given],
        ["digest", "--jsonl", *given[1:]],
        ["evaluate", "given"],
    ):
        monkeypatch.setattr("sys.argv", ["milieu", "engine", *command])
        with pytest.raises(SystemExit):
            main.main()
        told = capsys.readouterr().err
        assert "MILIEU_ENGINE" in told
        assert "no 'quick': choose one of full, light" in told


READING = [("score", "--tsv", ("--task", "intents")), ("digest", "--jsonl", ())]


@pytest.mark.parametrize(("command", "option", "more"), READING)
@pytest.mark.parametrize("link", [None, Path.symlink_to, Path.hardlink_to])
def test_what_is_read_is_never_overwritten(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture,
    command: str,
    option: str,
    more: tuple[str, ...],
    link: Callable[[Path, Path], None] | None,
):
    given = out = tmp_path / "given"
    given.write_bytes(post())
    if link is not None:
        out = tmp_path / "link"
        link(out, given)
    paths = (option, str(given), "--out", str(out), "--engine", "light")
    monkeypatch.setattr("sys.argv", ["milieu", "engine", command, *paths, *more])
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert ended.value.code == 2
    assert f"{out} is the file to read" in "".join(capsys.readouterr().err.splitlines())
    assert given.read_bytes() == post()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the device is Linux's")
@pytest.mark.parametrize(("command", "option", "more"), READING)
def test_a_full_disk_is_called_that(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture,
    command: str,
    option: str,
    more: tuple[str, ...],
):
    given = tmp_path / "given"
    given.write_bytes(post())
    paths = (option, str(given), "--out", "/dev/full", "--engine", "light")
    monkeypatch.setattr("sys.argv", ["milieu", "engine", command, *paths, *more])
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert "/dev/full could not be written: No space left on device." in told
    assert "database" not in told


def test_what_became_of_the_posts_is_counted_and_not_quoted(engine, capsys: pytest.CaptureFixture):
    posts = [
        post(),
        post(text="The chemo starts on Monday"),
        post(text="The bailiffs came this morning"),
        post(text="\U0001f389"),
        post(created_at="2026-01-05T11:00:00Z"),
        post(created_at="2025-11-05T11:00:00Z"),
        post(mine=False, text="The match was great"),
    ]
    engine("digest", b"\n".join(posts), "--now", "2026-01-05T10:30:00")
    told = " ".join(capsys.readouterr().err.split())
    assert (
        "Posts of hers: 1 read; left out: 2 sensitive, 1 too short, 1 older than a"
        " month or too many."
    ) in told
    assert "chemo" not in told


def test_a_time_that_no_calendar_goes_round_is_refused(engine, capsys: pytest.CaptureFixture):
    engine("digest", post(), "--now", "0001-01-01")
    assert "--now lies outside the years" in capsys.readouterr().err


def test_a_validation_split_without_a_line_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture, tmp_path: Path
):
    split = tmp_path / "sentiment" / "val.tsv"
    split.parent.mkdir()
    split.write_text("\n")
    command = ["milieu", "engine", "evaluate", str(tmp_path), "--engine", "light"]
    monkeypatch.setattr("sys.argv", command)
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert ended.value.code == 2
    assert "val.tsv is empty" in capsys.readouterr().err
