"""Moments and spans on a receipt."""

from datetime import UTC, datetime, timedelta
from typing import Any

from app.usecases.receipts.facts import ConsentFacts
from app.usecases.receipts.vocabulary import english


def moment(at: datetime) -> str:
    """Write a moment in UTC, to the millisecond (ISO 8601, as ISO/IEC TS 27560 asks)."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def term(facts: ConsentFacts) -> dict[str, Any]:
    """Write from when until when the consent holds; without an end while it has none."""
    period = {"@type": "dct:PeriodOfTime", "dcat:startDate": moment(facts.starts)}
    ends = facts.ends if facts.holds else facts.at
    return period | ({"dcat:endDate": moment(ends)} if ends else {})


def validity(facts: ConsentFacts) -> list[dict[str, Any]]:
    """Write how long what the event says is valid; of an ended consent, that it was until then."""
    if not facts.holds:
        return [_until_time(facts.at)]
    durations = []
    if facts.single_call:
        durations.append(
            {
                "@type": "dpv:FixedOccurrencesDuration",
                "dct:description": english("One call"),
                "rdf:value": 1,
            }
        )
    if facts.ends:
        durations.append(_until_time(facts.ends))
    return durations or [
        {
            "@type": "dpv:UntilEventDuration",
            "rdf:value": english("The customer revokes it"),
        }
    ]


def span(length: timedelta) -> dict[str, Any]:
    """Write a length of time, in whole seconds, such as `PT1H`."""
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    date = f"{days}D" if days else ""
    time = "".join(
        f"{count}{unit}" for count, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if count
    )
    written = f"P{date}T{time}" if time else f"P{date}"
    return {
        "@type": "dpv:TemporalDuration",
        "rdf:value": {"@value": written, "@type": "xsd:duration"},
    }


def _until_time(at: datetime) -> dict[str, Any]:
    return {
        "@type": "dpv:UntilTimeDuration",
        "rdf:value": {"@value": moment(at), "@type": "xsd:dateTime"},
    }
