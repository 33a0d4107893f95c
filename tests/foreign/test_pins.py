"""What is installed from npm is what was chosen: exact versions, hashes, and no registry's name."""

import json
import re
from pathlib import Path

from tests.foreign.stories import FOLDER

DEPENDENCIES = Path(__file__).parents[2] / "docs" / "dependencies.md"


def test_libraries_are_pinned_and_locked_with_hashes_and_without_addresses():
    asked: dict[str, str] = json.loads((FOLDER / "package.json").read_text())["dependencies"]
    root, *locked = json.loads((FOLDER / "package-lock.json").read_text())["packages"].items()
    assert root[1]["dependencies"] == asked
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in asked.values())
    versions = {path.removeprefix("node_modules/"): found["version"] for path, found in locked}
    assert asked.items() <= versions.items()
    for path, found in locked:
        assert found["integrity"].startswith("sha512-"), path
        assert "resolved" not in found, path


def test_libraries_are_documented():
    asked = json.loads((FOLDER / "package.json").read_text())["dependencies"]
    (section,) = re.findall(
        r"^## From npm$(.*?)(?=^## |\Z)", DEPENDENCIES.read_text(), re.MULTILINE | re.DOTALL
    )
    documented = set(re.findall(r"^\| (\S+) \| \S.* \|$", section, re.MULTILINE)) - {"Package"}
    assert documented == set(asked)
