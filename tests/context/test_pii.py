import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from context.pii import PersonalKind, find_personal, without_personal
from context.text import MAX_CHARACTERS

CASES = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "quality" / "pii.jsonl").read_text().splitlines()
]
LEFT_TO_OTHERS = ("handle", "name")
"""Handles are taken out when a post is cleaned; of names only the closed vocabulary keeps clear."""
CLAIMED = [
    (case["text"], found["value"])
    for case in CASES
    for found in case["pii"]
    if found["kind"] not in LEFT_TO_OTHERS
]
PLAIN = [case["text"] for case in CASES if not case["pii"]]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("call 0151 496 0123 today", PersonalKind.PHONE, "0151 496 0123"),
        ("from abroad +44 151 496 0123.", PersonalKind.PHONE, "+44 151 496 0123"),
        ("mail ada@example.org now", PersonalKind.EMAIL, "ada@example.org"),
        ("card 4111 1111 1111 1111 gone", PersonalKind.CARD, "4111 1111 1111 1111"),
        ("to GB82 WEST 1234 5698 7654 32", PersonalKind.IBAN, "GB82 WEST 1234 5698 7654 32"),
        ("we live at 5 Elm Lane, come", PersonalKind.ADDRESS, "5 Elm Lane"),
        ("wohne Lindenstraße 5 hinten", PersonalKind.ADDRESS, "Lindenstraße 5"),
        ("near M1 1AA somewhere", PersonalKind.ADDRESS, "M1 1AA"),
        ("number 078-05-1120 it was", PersonalKind.NATIONAL_ID, "078-05-1120"),
        ("server at 192.0.2.17 is down", PersonalKind.IP, "192.0.2.17"),
        ("server at 2001:db8:0:1::17 is down", PersonalKind.IP, "2001:db8:0:1::17"),
        ("van AB12 CDE again", PersonalKind.PLATE, "AB12 CDE"),
    ],
)
def test_what_is_personal_is_found_and_goes(text, kind, value):
    assert (kind, value) in {(s.kind, text[s.start : s.end]) for s in find_personal(text)}
    assert without_personal(text) == text.replace(value, " ")


@pytest.mark.parametrize(
    "text",
    [
        "card 4111 1111 1111 1112 has a wrong check digit",
        "to GB83 WEST 1234 5698 7654 32, a wrong check digit",
        "won 3-1 in 2019 at 12:30 on 2024-11-20",
        "1000000 views and 3.1415926535 pies",
        "no digits and no at sign at all",
        "thanks @ada@social.example for that",
    ],
)
def test_numbers_that_identify_nobody_stay(text):
    assert without_personal(text) == text


def test_of_collected_posts_nearly_all_that_is_personal_goes_and_nearly_nothing_else():
    missed = [value for text, value in CLAIMED if value in without_personal(text)]
    assert len(missed) <= 0.1 * len(CLAIMED), missed
    touched = [text for text in PLAIN if without_personal(text) != text]
    assert len(touched) <= 0.05 * len(PLAIN), touched


@settings(deadline=None)
@given(st.text(alphabet=st.characters() | st.sampled_from("0123456789+-@. GBW"), max_size=200))
def test_any_text_is_survived_and_only_grows_shorter(text):
    spans = find_personal(text)
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert len(without_personal(text)) <= len(text) + len(spans)


@pytest.mark.parametrize("unit", ["1 ", "+1 ", "a@b.", "AB12 ", "1.", "5 Elm ", "9-", "0:"])
def test_a_hundred_kilobytes_are_looked_at_up_to_a_bound(unit):
    assert len(without_personal(unit * (100_000 // len(unit)))) <= 2 * MAX_CHARACTERS
