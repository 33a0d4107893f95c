"""docs/receipts.md says what is so, and its example is what is written."""

import json
import re
from contextlib import nullcontext
from pathlib import Path

import httpx
import pytest

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


@pytest.mark.parametrize("withdrawn", [False, True])
def test_the_way_to_check_one_works_and_a_withdrawn_key_proves_nothing(
    tmp_path, monkeypatch, withdrawn
):
    # Mutation tried: the example takes every key that is published.
    (way,) = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    pair = new_signing_key()
    token = signed(GRANTED, Signer.of(pair.private_jwk))
    (tmp_path / "receipt.json").write_bytes(as_file(token))
    monkeypatch.chdir(tmp_path)
    marks = {"revoked": {"revoked_at": 1}} if withdrawn else {}
    published = jwks([{**pair.public_jwk, **marks}])

    def get(address):
        return httpx.Response(200, json=published, request=httpx.Request("GET", address))

    monkeypatch.setattr(httpx, "get", get)
    with pytest.raises(Exception, match="key") if withdrawn else nullcontext():
        exec(way, {})


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
