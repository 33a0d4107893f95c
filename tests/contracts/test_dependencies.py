"""Nothing is installed without a reason, and nothing is used without being asked for."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHIPPED = ("app", "context", "oauth", "migrations")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def names(requirements: list[str | dict[str, str]]) -> set[str]:
    """The names in a list of requirements (PEP 508), without included groups (PEP 735)."""
    return {
        normalised(re.split(r"[\[<>=!~; ]", requirement)[0])
        for requirement in requirements
        if isinstance(requirement, str)
    }


def documented(heading: str) -> set[str]:
    page = (ROOT / "docs" / "dependencies.md").read_text()
    (section,) = re.findall(rf"^## {heading}$(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    rows = re.findall(r"^\| (\S+) \| (\S.*) \|$", section, re.MULTILINE)
    return {normalised(name) for name, _why in rows if name != "Package"}


def locked(file: str) -> set[str]:
    return {normalised(pin.partition("==")[0]) for pin in pins(file)}


def pins(file: str) -> set[str]:
    """What a lock holds, each with its exact version and its marker."""
    text = (ROOT / file).read_text()
    return set(re.findall(r"^(\S+==\S+(?: ; [^\\\n]+)?)", text, re.MULTILINE))


RUN_TIME = names(PROJECT["project"]["dependencies"])
GROUPS = PROJECT["dependency-groups"]


@pytest.mark.parametrize(
    ("heading", "declared"),
    [
        ("Run time", RUN_TIME),
        ("Building", names(GROUPS["build"])),
        ("Development", names(GROUPS["dev"])),
        ("Training", names(GROUPS["training"])),
        ("Benchmarks", names(GROUPS["benchmarks"])),
    ],
)
def test_every_dependency_is_documented_and_no_other(heading, declared):
    assert documented(heading) == declared


def test_shipped_code_imports_only_what_it_asks_for():
    installed = packages_distributions()
    undeclared = set()
    for module, file in imported_modules():
        if module in sys.stdlib_module_names or module in SHIPPED:
            continue
        distributions = {normalised(name) for name in installed.get(module, [module])}
        trains = file.parent == ROOT / "context" / "training"
        if not distributions & (RUN_TIME | names(GROUPS["training"]) if trains else RUN_TIME):
            undeclared |= distributions
    assert undeclared == set()


def imported_modules() -> set[tuple[str, Path]]:
    found: set[tuple[str, Path]] = set()
    for package in SHIPPED:
        for file in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Import):
                    found |= {(alias.name.partition(".")[0], file) for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    found.add((node.module.partition(".")[0], file))
    return found


@pytest.mark.parametrize(
    ("file", "declared"),
    [
        ("requirements.txt", RUN_TIME),
        ("requirements-build.txt", names(GROUPS["build"])),
        ("requirements-dev.txt", RUN_TIME | names(GROUPS["build"]) | names(GROUPS["dev"])),
    ],
)
def test_the_lock_holds_everything_with_hashes_and_names_no_address(file, declared):
    text = (ROOT / file).read_text()
    assert declared - locked(file) == set(), "Run `make lock`."
    for block in re.split(r"\n(?=\S+==)", text)[1:]:
        assert "--hash=sha256:" in block
    assert not re.search(r"://|--index|--find-links|@ file", text)


def test_the_locks_agree_with_each_other():
    together = pins("requirements.txt") | pins("requirements-build.txt")
    assert together <= pins("requirements-dev.txt")
