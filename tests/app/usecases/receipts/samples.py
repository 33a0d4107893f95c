"""Facts to write receipts of: one story, and any."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from app.usecases.purposes import PURPOSES, label_of
from app.usecases.receipts.facts import Actor, ConsentFacts, Event, Means, Notice, Party
from context.section import Section

GRANTED = ConsentFacts(
    event_id="evt_019cae1c8b40700084f2a96a1e3b5d07",
    event=Event.GRANTED,
    at=datetime(2026, 3, 2, 9, 0, 0, 125_000, tzinfo=UTC),
    grant_id="gra_019cae1c8b407000b2d4f0c1a7e95d36",
    subject="sub_4fJ1v0Qd7mRw2sXkYb9TgLh3NzPa6UcE8iVoFtKxDqM",
    client=Party(
        "cli_019cae00d1c8700091aa5b0c7f2e4d68", "Fjord Outfitters", "https://fjord.example"
    ),
    operator=Party(
        "https://milieu.example",
        "Milieu at Example",
        "https://milieu.example",
        email="privacy@milieu.example",
        address="Beispielweg 1, 10115 Berlin, Germany",
    ),
    purpose="dpv:CustomerCare",
    purpose_label=label_of("dpv:CustomerCare"),
    given=(Section.TOPICS, Section.SENTIMENT),
    asked=(Section.TOPICS, Section.SENTIMENT, Section.EMOTIONS),
    external_id_bound=True,
    starts=datetime(2026, 3, 2, 9, 0, 0, 125_000, tzinfo=UTC),
    ends=datetime(2026, 6, 1, tzinfo=UTC),
    retention=timedelta(hours=1),
    gpc=True,
    means=Means.PAGE,
    actor=Actor.CUSTOMER,
    notice=Notice("en", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
    brands=("Fjord",),
    rivals=("Tundra & Sons",),
    jurisdiction="EU",
)
"""Mara gives two of three sections; her browser sends Global Privacy Control."""

NASTY = (
    "@id",
    "@type",
    "@context",
    "@none",
    "_:b0",
    "dpv:ConsentWithdrawn",
    "https://w3id.org/dpv#ConsentGiven",
    '"}',
    '", "dpv:hasConsentStatus": "dpv:ConsentGiven',
    '{"@id": "https://milieu.example"}',
    "{}",
    "[]",
    "null",
    "#client",
    "../grants",
    "javascript:alert(1)",
    "</script>",
    "a\nCovers: everything.",
)
"""What a client could call itself to become a part of the structure."""

texts = st.text(min_size=1, max_size=40).filter(str.strip) | st.sampled_from(NASTY)
moments = st.datetimes(datetime(2025, 1, 1), datetime(2031, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive
sections = st.lists(st.sampled_from(Section), unique=True).map(tuple)
ids = st.from_regex(r"[a-z]{3}_[0-9a-f]{32}", fullmatch=True)
notices = st.builds(
    Notice,
    language=st.sampled_from(["en", "de", "pt-BR", "zh-Hant"]),
    sha256=st.from_regex(r"[0-9a-f]{64}", fullmatch=True),
)
clients = st.builds(Party, texts, texts, texts, st.none() | texts, st.none() | texts)
operators = st.builds(
    Party,
    st.sampled_from(["https://milieu.example", "http://localhost:8000", "https://a.example/m"]),
    texts,
    texts,
    st.none() | texts,
    st.none() | texts,
)


@st.composite
def facts(draw: st.DrawFn, events: st.SearchStrategy[Event]) -> ConsentFacts:
    """Any facts of an event."""
    given = draw(sections)
    gpc = draw(st.booleans())
    rest = st.builds(
        ConsentFacts,
        event_id=ids,
        event=events,
        at=moments,
        grant_id=ids,
        subject=texts,
        client=clients,
        operator=operators,
        purpose=st.sampled_from(list(PURPOSES)),
        purpose_label=texts,
        given=st.just(given),
        asked=sections,
        external_id_bound=st.booleans(),
        starts=moments,
        ends=st.none() | moments,
        single_call=st.booleans(),
        retention=st.timedeltas(timedelta(seconds=1), timedelta(days=400)),
        signs_in=st.booleans() if given else st.just(value=True),
        gpc=st.just(gpc),
        despite_gpc=st.booleans() if gpc else st.just(value=False),
        means=st.sampled_from(Means),
        actor=st.sampled_from(Actor),
        notice=st.none() | notices,
        brands=st.lists(texts, max_size=3).map(tuple),
        rivals=st.lists(texts, max_size=3).map(tuple),
        replaced_by=st.none() | ids,
        jurisdiction=st.none() | st.just("EU"),
    )
    return draw(rest)


anything = facts(st.sampled_from(Event))
