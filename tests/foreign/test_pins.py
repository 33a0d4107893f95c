"""What is installed from npm is what was chosen: exact versions, hashes, and no registry's name."""

import json
import re
from pathlib import Path

import pytest

from tests.foreign.stories import BLUESKY, FOLDER

DEPENDENCIES = Path(__file__).parents[2] / "docs" / "dependencies.md"


@pytest.mark.parametrize("folder", [FOLDER, BLUESKY], ids=["clients", "bluesky"])
def test_libraries_are_pinned_and_locked_with_hashes_and_without_addresses(folder: Path):
    asked: dict[str, str] = json.loads((folder / "package.json").read_text())["dependencies"]
    root, *locked = json.loads((folder / "package-lock.json").read_text())["packages"].items()
    assert root[1]["dependencies"] == asked
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in asked.values())
    versions = {path.removeprefix("node_modules/"): found["version"] for path, found in locked}
    assert asked.items() <= versions.items()
    for path, found in locked:
        assert found["integrity"].startswith("sha512-"), path
        assert "resolved" not in found, path


def test_libraries_are_documented():
    asked = {
        name
        for folder in (FOLDER, BLUESKY)
        for name in json.loads((folder / "package.json").read_text())["dependencies"]
    }
    (section,) = re.findall(
        r"^## From npm$(.*?)(?=^## |\Z)", DEPENDENCIES.read_text(), re.MULTILINE | re.DOTALL
    )
    documented = set(re.findall(r"^\| (\S+) \| \S.* \|$", section, re.MULTILINE)) - {"Package"}
    assert documented == asked
