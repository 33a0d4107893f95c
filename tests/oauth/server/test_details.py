"""Rich authorization requests (RFC 9396) under any input: details, or their one error."""

import json
from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.usecases.durations import CALL, MONTH, OPEN, offered
from oauth.server import details
from oauth.server.details import Details, Terms, requested_details, span_of, written
from oauth.server.errors import InvalidAuthorizationDetails

API = "https://milieu.example/v1"
TERMS = Terms(
    ("dpv:CustomerCare", "dpv:Marketing"),
    ("topics", "sentiment"),
    {"brands": ["Northwind", 'Quo"te']},
    (API,),
)
GOOD = {
    "type": "customer_context",
    "locations": [API],
    "purpose": "dpv:Marketing",
    "sections": ["sentiment", "topics", "topics"],
    "duration": "P30D",
    "lens": {"brands": ['Quo"te', "Northwind", "Northwind"], "rivals": []},
    "external_id": "K-4711 ä",
}


def refused(value: object) -> None:
    text = value if isinstance(value, str) else json.dumps(value)
    with pytest.raises(InvalidAuthorizationDetails) as error:
        requested_details(text, TERMS)
    assert dict(error.value.get_body())["error"] == "invalid_authorization_details"


def test_check_9_good_details_are_understood_and_written_in_their_shortest_form():
    found = requested_details(json.dumps([GOOD]), TERMS)
    assert found == Details(
        "dpv:Marketing",
        ("topics", "sentiment"),
        "P30D",
        {"brands": ('Quo"te', "Northwind")},
        "K-4711 ä",
    )
    assert requested_details(written(found), TERMS) == found


def test_nothing_said_is_nothing_asked():
    assert requested_details(None, TERMS) is None
    assert requested_details('[{"type": "customer_context"}]', TERMS) == Details()


@pytest.mark.parametrize(
    "value",
    [
        "",
        "{",
        "null",
        "[]",
        "{}",
        [[]],
        [None],
        [GOOD, GOOD],
        GOOD,
        "[" * 5_000,
        json.dumps([GOOD]) + " " * 8_192,
        [GOOD | {"external_id": "x" * 8_192}],
    ],
)
def test_check_9_details_are_one_object_of_reasonable_size(value):
    # Mutations tried: two objects are taken; no `MAX_CHARACTERS`; no JSON is not caught.
    refused(value)


@pytest.mark.parametrize(
    "field",
    [
        {"type": "account_information"},
        {"type": None},
        {"type": ["customer_context"]},
        {"actions": ["read"]},
        {"privileges": []},
        {"locations": ["https://elsewhere.example"]},
        {"locations": API},
        {"locations": None},
        {"purpose": "dpv:Unheard"},
        {"purpose": ["dpv:Marketing"]},
        {"purpose": True},
        {"sections": ["network"]},
        {"sections": ["topics", "unheard"]},
        {"sections": "topics"},
        {"sections": {"topics": True}},
        {"sections": [["topics"]]},
        {"sections": None},
        {"duration": "P0D"},
        {"duration": "P366D"},
        {"duration": "P1Y"},
        {"duration": "PT5M"},
        {"duration": "P٣D"},
        {"duration": "p1d"},
        {"duration": "P1D\n"},
        {"duration": "forever"},
        {"duration": 30},
        {"duration": ""},
        {"lens": {"brands": ["Southwind"]}},
        {"lens": {"rivals": ["Northwind"]}},
        {"lens": {"friends": ["Northwind"]}},
        {"lens": {"brands": "Northwind"}},
        {"lens": {"brands": [5]}},
        {"lens": ["Northwind"]},
        {"lens": None},
        {"external_id": ""},
        {"external_id": "x" * 129},
        {"external_id": "a\x00b"},
        {"external_id": "\ud800"},
        {"external_id": 4711},
    ],
)
def test_check_9_an_unknown_or_bad_value_is_refused(field):
    # Mutations tried: unknown fields are taken; purposes, sections, lens, durations not compared.
    refused([GOOD | field])


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=10)
    | st.sampled_from(["topics", "dpv:Marketing", "P30D", "single_call", API, "Northwind"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["brands", "rivals"]) | st.text(max_size=5), inner)
    ),
    max_leaves=8,
)
near = st.dictionaries(st.sampled_from(details.FIELDS), json_values, max_size=3)


@given(
    text=st.one_of(
        st.text(max_size=60),
        json_values.map(json.dumps),
        near.map(lambda changed: json.dumps([{"type": details.TYPE} | changed])),
        near.map(lambda changed: json.dumps([GOOD | changed])),
    )
)
@example(text="[" * 8_000)
@example(text="9" * 8_000)
@example(text='[{"type": "customer_context", "external_id": "\\ud800"}]')
def test_check_9_any_text_gives_details_or_their_error(text):
    """Mutation tried: `RecursionError` not caught."""
    try:
        found = requested_details(text, TERMS)
    except InvalidAuthorizationDetails:
        return
    assert found is not None
    assert set(found.sections) <= set(TERMS.sections)
    assert found.purpose in {None, *TERMS.purposes}
    assert set(found.lens.get("brands", ())) <= set(TERMS.lens["brands"])
    assert not found.lens.get("rivals")
    assert requested_details(written(found), TERMS) == found


@given(days=st.integers(1, 365), signs_in=st.booleans())
def test_she_is_never_offered_more_time_than_is_asked_for(days, signs_in):
    # Mutation tried: `offered` names all choices.
    choices, usual = offered(f"P{days}D", signs_in=signs_in)
    assert usual in choices
    assert max(choice.span for choice in choices) == timedelta(days=days) == span_of(f"P{days}D")
    assert OPEN not in choices
    assert choices[0] == CALL
    assert len({choice.name for choice in choices}) == len(choices)


@given(hours=st.integers(1, 9_000), asked=st.none() | st.integers(1, 365), signs_in=st.booleans())
def test_what_is_added_to_a_grant_is_offered_no_longer_than_it_lasts(hours, asked, signs_in):
    # Mutation tried: `offered` leaves `remaining` out.
    wish = None if asked is None else f"P{asked}D"
    remaining = timedelta(hours=hours)
    choices, usual = offered(wish, signs_in=signs_in, remaining=remaining)
    most = span_of(wish) or timedelta(days=365)
    assert max(choice.span for choice in choices) <= min(remaining, most)
    assert usual in choices
    assert remaining >= most or usual.span == remaining


def test_a_single_call_can_be_nothing_else():
    for signs_in in (True, False):
        assert offered("single_call", signs_in=signs_in) == ((CALL,), CALL)
    assert span_of("single_call") == timedelta(minutes=30)
    assert CALL.lasts_days is None


@pytest.mark.parametrize("asked", [None, "until_revoked"])
def test_without_an_end_she_chooses_freely_and_gives_little_unless_she_changes_it(asked):
    choices, usual = offered(asked, signs_in=False)
    assert usual == CALL
    assert OPEN in choices
    assert offered(asked, signs_in=True)[1] == MONTH
    assert span_of(asked) is None
