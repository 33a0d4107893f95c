"""What the API takes and gives, as its OpenAPI document shows it."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from app.api.v1.examples import CONTEXT
from app.store import customers
from app.usecases.contexts import IdentifierValue, Reading, ServedContext
from context.document import (
    Absence,
    ConversationsSection,
    EmotionsSection,
    IntentsSection,
    NetworkSection,
    ReachSection,
    RelationshipSection,
    RhythmSection,
    SentimentSection,
    TopicsSection,
)
from context.section import Section

MAX_IDENTIFIERS = 10
# No control and no formatting characters: what turns the direction of text could forge her log.
PRINTABLE = r"^[^\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+$"
Assertion = Annotated[str, Field(min_length=1, max_length=200, pattern=PRINTABLE)]
Purpose = Annotated[str, Field(max_length=100, pattern=PRINTABLE)]

_BY_STATUS = Field(discriminator="status")


class SectionsAnswer(BaseModel):
    """The sections that were asked for: each available, or absent for a reason."""

    topics: Annotated[TopicsSection | Absence, _BY_STATUS] | None = None
    sentiment: Annotated[SentimentSection | Absence, _BY_STATUS] | None = None
    emotions: Annotated[EmotionsSection | Absence, _BY_STATUS] | None = None
    intents: Annotated[IntentsSection | Absence, _BY_STATUS] | None = None
    conversations: Annotated[ConversationsSection | Absence, _BY_STATUS] | None = None
    network: Annotated[NetworkSection | Absence, _BY_STATUS] | None = None
    relationship: Annotated[RelationshipSection | Absence, _BY_STATUS] | None = None
    rhythm: Annotated[RhythmSection | Absence, _BY_STATUS] | None = None
    reach: Annotated[ReachSection | Absence, _BY_STATUS] | None = None


class ContextAnswer(BaseModel):
    """A customer's context, as far as she granted it."""

    model_config = ConfigDict(json_schema_extra={"examples": [CONTEXT]})

    subject: str = Field(description="The name under which you, and only you, know this customer.")
    purpose: str = Field(description="The purpose she granted it for (W3C DPV term).")
    as_of: datetime = Field(description="When the context was rendered.")
    use_until: datetime = Field(description="Do not use or keep it beyond this moment.")
    grant_expires_at: datetime | None = Field(description="When her consent ends by itself.")
    brief: str = Field(description="What to know while saying hello; from the sections below.")
    sections: SectionsAnswer

    @classmethod
    def of(cls, served: ServedContext) -> Self:
        """Make the answer from what the use case allowed."""
        sections = {section.value: found for section, found in served.sections.items()}
        return cls(
            subject=served.subject,
            purpose=served.purpose,
            as_of=served.as_of,
            use_until=served.use_until,
            grant_expires_at=served.grant_expires_at,
            brief=served.brief,
            sections=SectionsAnswer.model_validate(sections),
        )


class IdentifierType(StrEnum):
    """Kinds of identifier a customer can be looked up by."""

    EMAIL = "email"
    SUBJECT = "subject"


class IdentifierIn(BaseModel):
    """One way to say who she is."""

    model_config = ConfigDict(extra="forbid")

    type: IdentifierType
    value: str = Field(min_length=1, max_length=254, pattern=PRINTABLE)


class LookupRequest(BaseModel):
    """Who is asked for, why, and in which call. Identifiers travel here, never in the address."""

    model_config = ConfigDict(extra="forbid")

    identifiers: list[IdentifierIn] = Field(min_length=1, max_length=MAX_IDENTIFIERS)
    purpose: Purpose = Field(description="The purpose she granted (W3C DPV term).")
    sections: list[Section] | None = Field(
        default=None,
        min_length=1,
        description="Sections wanted; all that are granted when left out.",
    )
    agent: Assertion | None = Field(default=None, description="Who reads; shown to the customer.")
    call_id: Assertion | None = Field(default=None, description="The call; shown to the customer.")

    def reading(self) -> Reading:
        """Return what the client says of this read."""
        sections = None if self.sections is None else frozenset(self.sections)
        return Reading(sections, self.purpose, self.agent, self.call_id)

    def identified(self) -> list[IdentifierValue]:
        """Return the identifiers."""
        return [
            IdentifierValue(customers.IdentifierType(item.type), item.value)
            for item in self.identifiers
        ]
