"""The command line, as an operator meets it."""

import asyncio
import base64
import io
import subprocess
import sys
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest
import typer
from asyncpg import InvalidPasswordError
from rich.console import Console
from typer.testing import CliRunner

from app.admin import clients, demo, keys, main
from app.admin.keys import new_master_key
from app.admin.main import cli
from app.errors import Invalid, NotFound
from app.sandbox.load import LoadError
from app.sandbox.network import create_sandbox
from app.sandbox.saved import SavedStateError
from app.settings import decode_key
from app.store.migrate import BrokenReferences, upgrade
from app.usecases.reencryption import OtherMasterKey
from context.artefacts import ModelError
from context.training.labelled import DataError
from tests.contracts.test_structure import ROOT
from tests.support.clock import START

KEY = base64.b64encode(bytes(range(32))).decode()


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Run `milieu …` on a database of its own; returns what it printed."""
    url = f"sqlite:///{tmp_path / 'milieu.db'}"
    upgrade(url)
    monkeypatch.setenv("MILIEU_ENVIRONMENT", "development")
    monkeypatch.setenv("MILIEU_MASTER_KEY", KEY)
    monkeypatch.setenv("MILIEU_DATABASE_URL", url)
    monkeypatch.setenv("COLUMNS", "200")

    def milieu(*arguments: str, status: int = 0) -> str:
        result = CliRunner().invoke(cli, arguments)
        if status == 0 and result.exception:
            raise result.exception
        assert result.exit_code == status, result.output
        return result.output

    return milieu


def commands(group: typer.core.TyperGroup, *path: str) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    context = typer.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        inner = isinstance(command, typer.core.TyperGroup)
        found += commands(command, *path, name) if inner else [(*path, name)]
    return found


ALL = commands(typer.main.get_command(cli))


def test_a_migration_imports_neither_the_engine_nor_the_pages():
    # A process of its own: this one has imported them all.
    asked = "import sys, app.admin.main, app.admin.migrate; print(*sys.modules, sep='\\n')"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    loaded = set(told.stdout.split())
    assert "app.store.migrate" in loaded
    assert not loaded & {"app.wiring", "fastapi", "onnxruntime", "scipy"}


def test_the_commands_are_these():
    assert {" ".join(command) for command in ALL} >= {
        "serve",
        "work",
        "migrate",
        "demo",
        "client create",
        "client list",
        "client disable",
        "key create",
        "key list",
        "key rotate",
        "key reencrypt",
        "openapi export",
        "engine train",
        "engine evaluate",
    }


@pytest.mark.parametrize("command", ALL, ids=" ".join)
def test_every_command_and_option_says_what_it_is_for(run, command: tuple[str, ...]):
    group = typer.main.get_command(cli)
    for name in command:
        group = group.get_command(typer.Context(group), name)
    assert group.help
    for parameter in group.params:
        assert getattr(parameter, "help", None), parameter.name
    assert "Usage: " in run(*command, "--help")


def test_a_client_is_created_listed_and_disabled(run):
    created = run(
        *("client", "create", "Northwind Broadband", "--uri", "https://northwind.example"),
        *("--redirect-uri", "https://northwind.example/callback", "--purpose", "dpv:CustomerCare"),
    )
    values = dict(line.split("=", 1) for line in created.splitlines())
    assert values["client_id"].startswith("cli_")
    assert values["client_secret"].startswith("mil_cs_")
    listed = run("client", "list")
    assert listed.split("\t")[:2] == [values["client_id"], "Northwind Broadband"]
    assert values["client_secret"] not in listed
    assert "refused" in run("client", "disable", values["client_id"])
    assert run("client", "list").endswith("\tdisabled\n")


def test_on_a_terminal_of_any_width_the_id_stays_whole(run, monkeypatch: pytest.MonkeyPatch):
    created = run(
        *("client", "create", "A [red] name that goes on and on", "--uri", "https://long.example"),
        *("--redirect-uri", "https://long.example/callback", "--purpose", "dpv:CustomerCare"),
    )
    client_id = created.splitlines()[0].removeprefix("client_id=")
    terminal = io.StringIO()
    monkeypatch.setattr(clients, "console", Console(file=terminal, width=50))
    monkeypatch.setattr(clients.sys, "stdout", terminal)
    monkeypatch.setattr(terminal, "isatty", lambda: True, raising=False)
    clients.show()
    assert client_id in terminal.getvalue()
    assert "[red]" in terminal.getvalue()


def test_a_public_client_gets_no_secret(run):
    created = run(
        *("client", "create", "App", "--uri", "https://app.example", "--public"),
        *("--redirect-uri", "http://127.0.0.1/callback", "--purpose", "dpv:CustomerCare"),
    )
    assert "client_secret" not in created


def test_a_new_key_is_a_good_one(run):
    assert len(decode_key(run("key", "create").strip())) == 32


def listed_keys(run) -> dict[str, list[str]]:
    return {
        kid: rest for kid, *rest in (line.split("\t") for line in run("key", "list").splitlines())
    }


def test_signing_keys_are_rotated_and_listed(run):
    assert run("key", "list") == ""
    first = [line.split("\t")[:3] for line in run("key", "rotate").splitlines()]
    assert sorted(algorithm for _, algorithm, _ in first) == ["ES256", "RS256"]
    [upcoming] = run("key", "rotate", "--algorithm", "RS256").splitlines()
    kid, algorithm, _, moment = upcoming.split("\t")
    assert algorithm == "RS256"
    assert moment.endswith(" UTC")
    assert "on their way already" in run("key", "rotate", "--algorithm", "RS256")
    others = listed_keys(run)
    assert others.pop(kid) == ["RS256", "upcoming", moment, ""]
    found = sorted(others.values())
    assert [key[:2] for key in found] == [["ES256", "signing"], ["RS256", "signing"]]
    assert [bool(key[3]) for key in found] == [False, True]


def test_signing_keys_that_leaked_are_withdrawn_at_once(run):
    run("key", "rotate")
    old = set(listed_keys(run))
    [made] = run("key", "rotate", "--algorithm", "ES256", "--now").splitlines()
    states = {kid: key[:2] for kid, key in listed_keys(run).items()}
    assert states.pop(made.split("\t")[0]) == ["ES256", "signing"]
    assert set(states) == old
    assert sorted(states.values()) == [["ES256", "withdrawn"], ["RS256", "signing"]]


def test_the_master_key_is_changed(run, monkeypatch: pytest.MonkeyPatch):
    made = run("key", "rotate")
    monkeypatch.setenv("MILIEU_MASTER_KEY", new_master_key())
    with pytest.raises(Invalid, match="MILIEU_FORMER_MASTER_KEY is needed"):
        run("key", "reencrypt")
    monkeypatch.setenv("MILIEU_FORMER_MASTER_KEY", new_master_key())
    with pytest.raises(OtherMasterKey, match="neither of the two"):
        run("key", "reencrypt")
    monkeypatch.setenv("MILIEU_FORMER_MASTER_KEY", KEY)
    assert "Done: 0 customers" in run("key", "reencrypt")
    assert {line.split("\t")[0] for line in made.splitlines()} <= set(listed_keys(run))


def test_on_a_terminal_the_signing_keys_are_a_table(run, monkeypatch: pytest.MonkeyPatch):
    made = run("key", "rotate")
    terminal = io.StringIO()
    monkeypatch.setattr(keys, "console", Console(file=terminal, width=150))
    monkeypatch.setattr(keys.sys, "stdout", terminal)
    monkeypatch.setattr(terminal, "isatty", lambda: True, raising=False)
    keys.show()
    for line in made.splitlines():
        assert line.split("\t")[0] in terminal.getvalue()
    assert "signs from" in terminal.getvalue()


def test_the_version_is_the_packages(run):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert run("--version") == f"Milieu {project['version']}\n"


def test_migrating_twice_is_safe(run):
    run("migrate")
    run("migrate")


def test_the_openapi_document_is_written_and_its_freshness_checked(run, tmp_path: Path):
    path = tmp_path / "here" / "milieu.json"
    check = ("openapi", "export", str(path), "--check")
    assert "does not exist" in run(*check, status=1)
    run("openapi", "export", str(path))
    run(*check)
    path.write_text("{}")
    assert "out of date" in run(*check, status=1)
    path.write_bytes(b"\xff")
    assert "cannot be read" in run(*check, status=1)


def test_weights_and_data_that_are_not_there_are_told_apart(run, tmp_path: Path):
    with pytest.raises(DataError, match=r"val\.tsv does not exist"):
        run("engine", "evaluate", str(tmp_path))
    (tmp_path / "sentiment").mkdir()
    (tmp_path / "sentiment" / "val.tsv").write_text("positive\tlovely\nnegative\tbad\n")
    with pytest.raises(ModelError, match=r"has no full\.npz"):
        run("engine", "evaluate", str(tmp_path), "--weights", str(tmp_path))


def test_wherever_one_stands_the_engine_is_evaluated_with_the_weights_that_ship(
    run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "sentiment").mkdir()
    lines = "positive\tWhat a lovely day\nneutral\tThe shop\nnegative\tI hate this\n" * 10
    (tmp_path / "sentiment" / "val.tsv").write_text(lines)
    monkeypatch.chdir(tmp_path)
    assert "macro_recall" in run("engine", "evaluate", str(tmp_path))


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (NotFound("There is no such client."), "no such client"),
        (ValueError("Not so."), "Not so."),
        (LoadError("posts.tsv is not UTF-8 text."), "posts.tsv"),
        (SavedStateError("sandbox.json is damaged."), "damaged"),
        (BrokenReferences("Rows of grants …"), "grants"),
        (ModelError("no engine is called 'heavy'"), "heavy"),
        (ConnectionRefusedError(111, "Connect call failed"), "milieu migrate"),
        (OSError(28, "No space left on device"), "written: No space left on device."),
        (InvalidPasswordError("no password"), "MILIEU_DATABASE_URL"),
        (PermissionError(13, "Permission denied", ".data"), ".data: Permission denied."),
    ],
)
def test_a_mistake_ends_in_one_line_that_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture, error: Exception, said: str
):
    def fail() -> None:
        raise error

    monkeypatch.setattr(main, "cli", fail)
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_a_defect_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch):
    def fail() -> None:
        raise KeyError("a defect")

    monkeypatch.setattr(main, "cli", fail)
    with pytest.raises(KeyError):
        main.main()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "or was never migrated: look at MILIEU_DATABASE_URL, and run `milieu migrate`."),
        ({"MILIEU_DATABASE_URL": "postgresql://127.0.0.1:1/milieu"}, "database does not answer"),
        ({"MILIEU_DATABASE_URL": "mysql://localhost/milieu"}, "postgresql://"),
        ({"MILIEU_DATABASE_URL": "nonsense"}, "postgresql://"),
        ({"MILIEU_ENGINE": "heavy"}, "MILIEU_ENGINE: Input should be 'full' or 'light'"),
        (
            {"MILIEU_ENVIRONMENT": "prod", "MILIEU_REFRESH_EVERY_S": "0"},
            (
                "MILIEU_ENVIRONMENT: Input should be 'development' or 'production'. "
                "MILIEU_REFRESH_EVERY_S: Input should be greater than or equal to 1."
            ),
        ),
        (
            {"MILIEU_ENVIRONMENT": "production", "MILIEU_MASTER_KEY": "change me"},
            (
                "MILIEU_ISSUER must be an https address outside development. "
                "MILIEU_MASTER_KEY must be 32 bytes in base64. "
                "MILIEU_SMTP_URL is needed: sign-in links go by mail."
            ),
        ),
    ],
)
def test_what_an_operator_meets_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture,
    tmp_path: Path,
    settings: dict[str, str],
    said: str,
):
    never_migrated = {"MILIEU_DATABASE_URL": f"sqlite:///{tmp_path / 'milieu.db'}"}
    development = {"MILIEU_ENVIRONMENT": "development", "MILIEU_MASTER_KEY": KEY}
    for name, value in (never_migrated | development | settings).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.argv", ["milieu", "client", "list"])
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert said in told
    assert told.count("\n") == 1


def test_settings_that_do_not_fit_are_explained(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    monkeypatch.delenv("MILIEU_MASTER_KEY", raising=False)
    monkeypatch.setenv("MILIEU_ENVIRONMENT", "production")
    monkeypatch.setattr("sys.argv", ["milieu", "client", "list"])
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert ended.value.code == 2
    assert "milieu key create" in " ".join(capsys.readouterr().err.split())


def test_the_demo_keeps_its_secrets_to_itself_and_begins_its_stories_anew_after_a_day(
    tmp_path: Path,
):
    first = demo._opened_at(tmp_path, START)
    assert demo._opened_at(tmp_path, START + timedelta(hours=23)) == first
    assert demo._opened_at(tmp_path, START + timedelta(days=1)) == START + timedelta(days=1)
    settings = demo._settings(demo.Addresses(8000, 8001, 8002), tmp_path)
    assert demo._settings(demo.Addresses(8000, 8001, 8002), tmp_path) == settings
    assert (tmp_path / "master.key").stat().st_mode & 0o077 == 0


def test_the_people_of_a_file_move_into_the_demos_network(tmp_path: Path):
    labelled = tmp_path / "posts.tsv"
    labelled.write_text("positive\tA lovely day\nnegative\tRain again\n")
    lines = tmp_path / "posts.jsonl"
    lines.write_text(
        '{"author": "ada", "created_at": "2026-01-05T10:00:00Z", "text": "Hello from a file"}\n'
    )
    world = create_sandbox(storylines=[]).state.world
    demo._load(world, labelled)
    demo._load(world, lines)
    assert {"ada", "author01"} <= set(world.people)


def test_the_worker_alone_stops_when_asked(run, monkeypatch: pytest.MonkeyPatch):
    async def stopped(_worker: object, stop: asyncio.Event) -> None:
        assert not stop.is_set()

    monkeypatch.setattr("app.work.worker.Worker.run", stopped)
    run("work", "--log-level", "warning")
