"""Facts: what a receipt could not say truly is refused before one is written."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from app.usecases.receipts.facts import Event, Notice, Party
from tests.app.usecases.receipts.samples import GRANTED

NAIVE = datetime(2026, 3, 2)  # noqa: DTZ001 - the fault itself


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"event_id": ""}, "empty"),
        ({"grant_id": " "}, "empty"),
        ({"subject": ""}, "empty"),
        ({"purpose_label": "\n"}, "empty"),
        ({"brands": ("Fjord", "")}, "empty"),
        ({"rivals": (" ",)}, "empty"),
        ({"given": ()}, "a section, or signing in"),
        ({"gpc": False, "despite_gpc": True}, "not sent"),
        ({"purpose": "https://w3id.org/dpv#CustomerCare"}, "term of DPV"),
        ({"purpose": "dpv:Customer Care"}, "term of DPV"),
        ({"purpose": "_:b0"}, "term of DPV"),
        ({"jurisdiction": "Europe"}, "ISO 3166-1"),
        ({"retention": timedelta()}, "a second at least"),
        ({"at": NAIVE}, "time zone"),
        ({"starts": NAIVE}, "time zone"),
        ({"ends": NAIVE}, "time zone"),
    ],
)
def test_what_cannot_be_true_is_refused(changes, fault):
    with pytest.raises(ValueError, match=fault):
        replace(GRANTED, **changes)


@pytest.mark.parametrize(
    "issuer",
    [
        "milieu.example",
        "ftp://milieu.example",
        "https://",
        "https://milieu.example/",
        "https://milieu.example?x",
        "https://milieu.example#x",
        'https://milieu.example">',
        "https://milieu.example/a b",
    ],
)
def test_an_issuer_is_an_address_that_names_can_be_made_from(issuer):
    with pytest.raises(ValueError, match="An issuer"):
        replace(GRANTED, operator=Party(issuer, "Milieu", "https://milieu.example"))


@pytest.mark.parametrize(
    "party",
    [
        ("", "Fjord", "https://fjord.example", None, None),
        ("cli_1", " ", "https://fjord.example", None, None),
        ("cli_1", "Fjord", "", None, None),
        ("cli_1", "Fjord", "https://fjord.example", "", None),
        ("cli_1", "Fjord", "https://fjord.example", None, ""),
    ],
)
def test_a_party_says_what_it_says_or_nothing(party):
    with pytest.raises(ValueError, match="empty"):
        Party(*party)


@pytest.mark.parametrize(
    ("language", "sha256"),
    [("", "ab" * 32), ("en us", "ab" * 32), ("en", ""), ("en", "AB" * 32), ("en", "ab" * 31)],
)
def test_a_notice_has_a_language_and_a_hash(language, sha256):
    with pytest.raises(ValueError, match="BCP 47"):
        Notice(language, sha256)


def test_a_fault_does_not_repeat_what_a_client_wrote():
    with pytest.raises(ValueError, match="A purpose") as raised:
        replace(GRANTED, purpose="dpv:<script>")
    assert "script" not in str(raised.value)


@pytest.mark.parametrize("event", Event)
def test_a_consent_holds_until_an_event_that_ends_it(event):
    ends = {Event.REPLACED, Event.REVOKED, Event.EXPIRED}
    assert replace(GRANTED, event=event).holds is (event not in ends)
