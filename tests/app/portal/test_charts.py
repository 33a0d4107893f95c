"""Charts are well-formed, keep inside their frame, and say in words what they draw."""

import re
from dataclasses import replace
from datetime import date, timedelta
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from app.portal.charts import (
    conversation_bar,
    network_scale,
    rhythm_chart,
    sentiment_chart,
    share_bar,
)
from app.portal.charts.svg import INNER, chart, element, text
from app.portal.words import tone_of
from context.document import DailyValence, MoodStep, Trend, TrendDirection
from tests.app.portal.samples import CONVERSATIONS, EMOTIONS, NETWORK, RHYTHM, SENTIMENT

NUMBERS = re.compile(r"-?\d+(?:\.\d+)?")
any_float = st.floats(allow_nan=False)
valences = st.floats(-2, 2)


@st.composite
def days(draw: st.DrawFn) -> list[DailyValence]:
    start = draw(st.dates(date(2000, 1, 1), date(2090, 1, 1)))
    gaps = draw(st.lists(st.integers(1, 9), max_size=40))
    found, at = [], start
    for gap in [0, *gaps]:
        at += timedelta(days=gap)
        low, value, high = sorted(draw(st.tuples(valences, valences, valences)))
        found.append(DailyValence(day=at, posts=1, valence=value, low=low, high=high))
    return found


def tree(markup: Markup) -> ET.Element:
    return ET.fromstring(str(markup))


def inner_numbers(drawing: ET.Element) -> list[float]:
    """Every coordinate and every edge inside a stretched viewport."""
    numbers: list[float] = []
    for viewport in drawing.iter("svg"):
        if viewport.get("viewBox") is None:
            continue
        assert viewport.get("viewBox") == f"0 0 {INNER} {INNER}"
        for shape in viewport:
            numbers += [
                float(shape.get(name)) for name in ("x1", "x2", "y1", "y2") if name in shape.attrib
            ]
            if shape.tag == "rect":
                x, y, width, height = (float(shape.get(n)) for n in ("x", "y", "width", "height"))
                numbers += [x, y, width, height, x + width, y + height]
            written = shape.get("points") or shape.get("d") or ""
            numbers += [float(number) for number in NUMBERS.findall(written)]
    return numbers


def percentages(drawing: ET.Element) -> list[float]:
    return [
        float(value.removesuffix("%"))
        for shape in drawing.iter()
        for value in shape.attrib.values()
        if value.endswith("%")
    ]


def inside(drawing: ET.Element) -> bool:
    return all(
        -0.01 <= number <= INNER + 0.01 for number in inner_numbers(drawing) + percentages(drawing)
    )


@given(days(), st.none() | st.dates(date(1999, 1, 1), date(2099, 1, 1)))
def test_the_curve_keeps_inside_its_frame(daily: list[DailyValence], since: date | None):
    # Mutation tried: `_y` or `_Days.x` without its clamp.
    direction = TrendDirection.RISING if since else TrendDirection.UNKNOWN
    trend = Trend(direction=direction, change=0.5 if since else 0.0, interval=None, since=since)
    drawing = tree(sentiment_chart(replace(SENTIMENT, daily=daily, trend=trend)))
    assert inside(drawing)
    (curve,) = drawing.iter("polyline")
    assert len(curve.get("points").split()) == len(daily)
    assert len([line for line in drawing.iter("line") if line.get("class") == "turn"]) == bool(
        since
    )


@given(st.lists(st.floats(0, 1), min_size=24, max_size=24), st.lists(st.integers(0, 23)))
def test_the_hours_keep_inside_their_frame(hours: list[float], active: list[int]):
    drawing = tree(rhythm_chart(replace(RHYTHM, hours=hours, active_hours=active)))
    assert inside(drawing)
    bars = [rect for rect in drawing.iter("rect") if "hour" in rect.get("class")]
    assert len(bars) == 24
    peaks = {place for place, bar in enumerate(bars) if bar.get("class") == "hour-peak"}
    assert peaks == set(active)


@given(any_float)
def test_a_bar_keeps_inside_its_row(share: float):
    assert inside(tree(share_bar(share, "even")))


def test_a_full_bar_is_the_whole_and_not_the_largest_share():
    _, filled = tree(share_bar(0.25, "even")).iter("rect")
    assert filled.get("width") == "25.00%"


@given(st.tuples(*[st.floats(0, 1)] * 4))
def test_parts_of_a_conversation_lie_side_by_side(parts: tuple[float, float, float, float]):
    tells, asks, answers, shares = parts
    section = replace(CONVERSATIONS, tells=tells, asks=asks, answers=answers, shares=shares)
    drawing = tree(conversation_bar(section))
    assert inside(drawing)
    edges = [float(rect.get("x").removesuffix("%")) for rect in drawing.iter("rect")]
    assert edges == sorted(edges)
    assert len(edges) == 4


@given(days(), st.lists(st.integers(-5, 400), max_size=4))
def test_highs_lie_above_the_curve_and_lows_below(daily: list[DailyValence], on: list[int]):
    peaks = [
        replace(EMOTIONS.peaks[place % 2], day=daily[0].day + timedelta(days=after))
        for place, after in enumerate(on)
    ]
    drawing = tree(sentiment_chart(replace(SENTIMENT, daily=daily), peaks))
    assert inside(drawing)
    marks = [mark for mark in drawing.iter("text") if "mark-" in mark.get("class")]
    assert [mark.text for mark in marks] == ["▼▲"[place % 2] for place in range(len(on))]
    assert all(0 < float(mark.get("y")) < float(drawing.get("height")) for mark in marks)


def test_the_curve_says_its_highs_and_lows_in_words():
    said = tree(sentiment_chart(SENTIMENT, EMOTIONS.peaks)).find("desc").text
    assert "A low is marked on 24 February: frustration." in said
    assert "A high is marked on 14 February: joy." in said


def test_higher_valence_lies_higher_and_later_days_further_right():
    drawing = tree(sentiment_chart(SENTIMENT))
    (curve,) = drawing.iter("polyline")
    at = [tuple(map(float, pair.split(","))) for pair in curve.get("points").split()]
    assert [x for x, _ in at] == sorted(x for x, _ in at)
    assert (at[0][0], at[-1][0]) == (0, INNER)
    by_height = [y for _, y in sorted(at, key=lambda pair: pair[1], reverse=True)]
    values = sorted(day.valence for day in SENTIMENT.daily)
    assert by_height == pytest.approx([(1 - value) * 50 for value in values], abs=0.01)


def test_the_curve_says_in_words_what_it_shows():
    drawing = tree(sentiment_chart(SENTIMENT))
    said = drawing.find("desc").text
    for words in ("8 February", "28 February", "rather happy", "unhappy", "−0.71", "20 February"):
        assert words in said
    labels = {label.text for label in drawing.iter("text")}
    assert {"Happier", "Unhappier", "Changed on 20 February"} <= labels


def test_a_single_day_stands_in_the_middle_and_no_day_draws_nothing():
    trend = Trend(direction=TrendDirection.UNKNOWN, change=0.0, interval=None, since=None)
    one = replace(SENTIMENT, daily=SENTIMENT.daily[:1], trend=trend)
    (curve,) = tree(sentiment_chart(one)).iter("polyline")
    assert curve.get("points").startswith("50,")
    assert sentiment_chart(replace(one, daily=[])) == ""


@pytest.mark.parametrize(
    ("valence", "tone"), [(0.5, "well"), (-0.5, "badly"), (0, "even"), (None, "even")]
)
def test_a_bar_has_the_colour_of_its_tone(valence: float | None, tone: str):
    drawing = tree(share_bar(0.5, tone_of(valence)))
    assert [rect.get("class") for rect in drawing.iter("rect")] == ["track", tone]


@pytest.mark.parametrize("mood", list(MoodStep))
def test_one_step_of_the_scale_is_filled_and_named(mood: MoodStep):
    drawing = tree(network_scale(replace(NETWORK, mood=mood)))
    assert inside(drawing)
    filled = [rect for rect in drawing.iter("rect") if rect.get("class") != "track"]
    bold = [label.text for label in drawing.iter("text") if label.get("class") == "strong"]
    assert len(filled) == 1
    assert bold == [f"● {mood.value.capitalize()}"]
    assert mood.value in drawing.find("desc").text


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Co", "Cn"])))
def test_words_in_a_chart_are_words(words: str):
    # Mutation tried: `element` without `escape`.
    drawing = tree(
        chart(text(words, x=50, y=1), name=words, title=words, description=words, height=1)
    )
    assert drawing.find("title").text or words == ""
    assert [child.tag for child in drawing] == ["title", "desc", "text"]
    assert (drawing.find("text").text or "") == words


def test_an_attribute_cannot_be_broken_out_of():
    drawing = tree(element("rect", class_='"><script>x</script>'))
    assert drawing.get("class") == '"><script>x</script>'
    assert not list(drawing)
