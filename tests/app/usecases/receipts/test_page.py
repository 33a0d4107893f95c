"""docs/receipts.md says what is so, and its example is what is written."""

import json
import re
from pathlib import Path

from app.usecases.receipts.facts import Actor, Event
from app.usecases.receipts.receipt import receipt
from app.usecases.receipts.signed import as_file, signed
from app.usecases.receipts.vocabulary import CATEGORIES, status_of
from oauth.server.keys import jwks, new_signing_key
from oauth.server.signing import Signer
from tests.app.usecases.receipts.samples import GRANTED
from tests.app.usecases.receipts.test_receipt import MANDATORY

PAGE = Path(__file__).parents[4] / "docs" / "receipts.md"


def rows():
    """The first cell of each row of the page's tables, with the row."""
    return dict(re.findall(r"^\| `?([^`|]+?)`? \|(.*)$", PAGE.read_text(), re.MULTILINE))


def test_the_example_is_what_is_written():
    (example,) = re.findall(r"^```json\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    assert example == json.dumps(receipt(GRANTED), ensure_ascii=False, indent=2) + "\n"


def test_the_way_to_check_one_works(tmp_path, monkeypatch):
    (way,) = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    pair = new_signing_key()
    token = signed(GRANTED, Signer.of(pair.private_jwk))
    (tmp_path / "receipt.json").write_bytes(as_file(token))
    monkeypatch.chdir(tmp_path)
    exec(way, {"published": jwks([pair.public_jwk])})


def test_every_field_is_explained_with_the_property_that_holds_it():
    explained = rows()
    for field, path in MANDATORY.items():
        assert path.split()[-1] in explained[field], field


def test_every_section_is_there_with_its_category():
    explained = rows()
    assert {section: f" `{category}` |" for section, category in CATEGORIES.items()} == {
        section: explained[section] for section in CATEGORIES
    }


def test_every_state_is_there():
    text = PAGE.read_text()
    states = {status_of(event, actor) for event in Event for actor in Actor}
    assert all(f"`{state}`" in text for state in states)
