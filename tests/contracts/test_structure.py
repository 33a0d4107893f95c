"""The arrows between packages hold, and the tree carries nothing of the machine it grew on."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Absolute homes, Windows drives with users, and addresses that exist only inside some network.
# Documentation examples use example.com (RFC 2606), loopback and the ranges of RFC 5737.
OF_A_MACHINE = re.compile(
    r"(?<![\w.:/-])/(?:home|Users|root|work|workspace|github/workspace|builds)/[\w.-]+"
    r"|\b[A-Z]:\\Users\\"
    r"|\b[\w-]+\.(?:internal|corp|lan|intra)\b"
)
LISTS_OF_PROBES = {"tests/contracts/test_structure.py"}


def tracked_files() -> list[Path]:
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in listing.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_the_arrows_between_packages_hold():
    checked = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 0, checked.stdout


def test_no_path_or_host_of_a_machine_is_in_the_tree():
    found = []
    for file in tracked_files():
        name = file.relative_to(ROOT).as_posix()
        try:
            text = file.read_text()
        except UnicodeDecodeError:
            continue  # weights and pictures
        if name not in LISTS_OF_PROBES:
            found += [f"{name}: {match.group()}" for match in OF_A_MACHINE.finditer(text)]
    assert found == []


@pytest.mark.parametrize("text", ["/home/ada/milieu", "see /Users/ada.", "db.internal"])
def test_the_search_would_find_a_path_or_host(text):
    assert OF_A_MACHINE.search(text)


def test_no_source_file_outgrows_one_reading():
    # Revisions are generated and read once; what grows past this has two reasons to change.
    grown = {
        file.relative_to(ROOT).as_posix(): lines
        for package in ("app", "context", "oauth")
        for file in (ROOT / package).rglob("*.py")
        if (lines := file.read_text().count("\n")) > 300
    }
    assert grown == {}


def test_every_exception_to_a_rule_says_why():
    unexplained = []
    for file in tracked_files():
        if file.suffix != ".py" or file == Path(__file__):
            continue
        above = ""
        for number, line in enumerate(file.read_text().splitlines(), 1):
            exempt = re.search(r"# (?:noqa(?:: [A-Z]+\d+,? ?)*|type: ignore(?:\[\S+\])?)(.*)", line)
            said_above = above.lstrip().startswith("# ")
            if exempt and not said_above and not re.search(r"[a-z]{2,}", exempt.group(1)):
                unexplained.append(f"{file.relative_to(ROOT)}:{number}")
            above = line
    assert unexplained == []


def test_revisions_form_one_line_and_say_when_they_may_run():
    versions = sorted((ROOT / "migrations" / "versions").glob("[0-9]*.py"))
    previous = None
    for file in versions:
        module = ast.parse(file.read_text())
        values = {
            node.targets[0].id: ast.literal_eval(node.value)
            for node in module.body
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        }
        assert values["down_revision"] == previous, file.name
        assert re.search(r"^Deploy: (?:pre|post)\b", ast.get_docstring(module) or "", re.MULTILINE)
        previous = values["revision"]
    assert previous is not None
