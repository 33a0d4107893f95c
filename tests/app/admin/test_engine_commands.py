"""The engine's commands, as somebody meets them who has texts and posts of their own."""

import json
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

    def milieu(command: str, content: bytes, *options: str) -> str:
        given, out = tmp_path / "given", tmp_path / "out"
        given.write_bytes(content)
        option = {"score": "--tsv", "digest": "--jsonl"}[command]
        paths = (option, str(given), "--out", str(out), "--engine", "light")
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
        (b"[" * 100_000, "line 2: expected an object"),
        (post(created_at="2026-01-05T10:00:00"), "line 2: expected an object"),
        (post(created_at="0001-01-01T00:00:00+14:00"), "line 2: expected an object"),
        (post(created_at="0001-01-01T00:00:00Z"), "line 2: created_at lies outside"),
        (post(created_at="9999-12-31T00:00:00Z"), "line 2: created_at lies outside"),
        (post(mine="yes"), "line 2: expected an object"),
    ],
)
def test_a_post_that_is_malformed_is_refused_by_its_line_and_never_quoted(
    engine, capsys: pytest.CaptureFixture, line: bytes, said: str
):
    engine("digest", post() + b"\n" + line)
    told = capsys.readouterr().err
    assert said in told
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
        "Posts of hers: 1 read; left out: 2 sensitive, 1 too short, 1 later than --now,"
        " 1 older than a month or too many."
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
