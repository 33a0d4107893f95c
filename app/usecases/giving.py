"""Giving: what she chose becomes a grant, or changes one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from app.clock import Clock
from app.errors import Invalid
from app.store.consent_steps import Given, Step, change_grant, give_grant
from app.store.customers import open_box
from app.store.grants import ConsentEventType, Grant
from app.store.secrets import Vault
from app.usecases.asking import earlier_grant
from app.usecases.consent_log import Manner
from app.usecases.durations import longest
from app.usecases.purposes import MARKETING
from app.usecases.receipts.facts import Actor, Means, Notice
from oauth.server.asked import MERGE, Asked


@dataclass(frozen=True, slots=True)
class Choice:
    """What she decided.

    Attributes:
        sections: Those she ticked, none that was not asked for.
        expires_at: The end; None for as long as she can give it.
        is_single_call: Whether it is for this call alone.
        lasts_days: By how much a reconfirmation prolongs it.
        gpc: Whether her browser asks not to be marketed to (Global Privacy Control).
        despite_gpc: Whether she ticked that her choice counts all the same.
        notice: What she was shown.
    """

    sections: Sequence[str]
    expires_at: datetime | None = None
    is_single_call: bool = False
    lasts_days: int | None = None
    gpc: bool = False
    despite_gpc: bool = False
    notice: Notice | None = None


class Giving:
    """Writes grants.

    Args:
        vault: Seals what is hers.
        clock: The time.
        sections: Every section there is, in the order in which they are named.
    """

    def __init__(self, vault: Vault, clock: Clock, sections: Sequence[str]) -> None:
        self._vault = vault
        self._clock = clock
        self._sections = sections

    async def give(
        self, session: AsyncSession, asked: Asked, customer_id: str, choice: Choice
    ) -> Sequence[Step]:
        """Write what she gives.

        Args:
            session: A writing transaction, which holds the customer.
            asked: What was asked for.
            customer_id: Who gives.
            choice: What she decided.

        Returns:
            What happened, her grant first; nothing if the grant to be changed is not hers.

        Raises:
            Invalid: That cannot be given.
        """
        now = self._clock()
        _check_marketing(asked, choice)
        sections = _given(asked, choice.sections)
        index, sealed = await self._external_id(session, asked, customer_id)
        given = Given(
            customer_id,
            asked.client.id,
            asked.purpose,
            sections,
            _end(asked, choice, now),
            signs_in=asked.signs_in,
            is_single_call=choice.is_single_call,
            lasts_days=choice.lasts_days,
            lens=asked.details.lens,
            external_id_index=index,
            sealed_external_id=sealed,
        )
        if asked.grant_id is None:
            return await give_grant(session, given, now)
        if asked.action == MERGE:
            earlier = await earlier_grant(session, asked, customer_id, now)
            given = _merged(given, asked, earlier, self._sections) if earlier else given
        kind = ConsentEventType.WIDENED if asked.action == MERGE else ConsentEventType.CHANGED
        changed = await change_grant(session, asked.grant_id, given, kind, now)
        return [] if changed is None else [changed]

    async def _external_id(
        self, session: AsyncSession, asked: Asked, customer_id: str
    ) -> tuple[str | None, bytes | None]:
        external_id = asked.details.external_id
        if external_id is None:
            return None, None
        box = await open_box(session, self._vault, customer_id)
        index = external_id_index(self._vault, asked.client.id, external_id)
        place = external_id_place(asked.client.id, index)
        return index, box.seal(external_id.encode(), place)


def external_id_index(vault: Vault, client_id: str, external_id: str) -> str:
    """Return the blind index under which a client's own number for her is found."""
    return vault.blind_index(f"external_id {client_id}", external_id)


def external_id_place(client_id: str, index: str) -> str:
    """Return the place to which a client's own number for her is sealed."""
    return f"grants.sealed_external_id:{client_id}:{index}"


def _given(asked: Asked, sections: Sequence[str]) -> Sequence[str]:
    given = [section for section in asked.sections if section in sections]
    if not given and not asked.signs_in:
        raise Invalid("Tick at least one section, or refuse.")
    if not set(sections) <= set(asked.sections):
        raise Invalid("Only sections that were asked for can be given.")
    return given


def _end(asked: Asked, choice: Choice, now: datetime) -> datetime:
    most = longest(asked.details.duration)
    ends = choice.expires_at or now + most
    if ends <= now:
        raise Invalid("The end of a grant must be in the future.")
    if ends - now > most or timedelta(days=choice.lasts_days or 0) > most:
        raise Invalid("A grant lasts no longer than was asked for, and a year at most.")
    return ends


def _merged(given: Given, asked: Asked, earlier: Grant, known: Sequence[str]) -> Given:
    # What she gave before stays (Grant Management for OAuth 2.0, section 4.2), and no longer than
    # before; of what is asked for again, her ticks decide.
    lens = {
        role: tuple(dict.fromkeys([*earlier.lens.get(role, ()), *given.lens.get(role, ())]))
        for role in {**earlier.lens, **given.lens}
    }
    kept = set(earlier.sections).difference(asked.sections)
    numbered = earlier if given.external_id_index is None else given
    return replace(
        given,
        sections=[name for name in known if name in {*given.sections, *kept}],
        expires_at=min(filter(None, (given.expires_at, earlier.expires_at)), default=None),
        signs_in=given.signs_in or earlier.signs_in,
        is_single_call=given.is_single_call or earlier.is_single_call,
        lasts_days=earlier.lasts_days,
        lens=lens,
        external_id_index=numbered.external_id_index,
        sealed_external_id=numbered.sealed_external_id,
    )


def manner_of(asked: Asked, choice: Choice) -> Manner:
    """Say how she decided, for the receipt."""
    return Manner(
        Actor.CUSTOMER,
        Means.PAGE,
        asked.sections,
        gpc=choice.gpc,
        despite_gpc=choice.gpc and choice.despite_gpc,
        notice=choice.notice,
    )


def _check_marketing(asked: Asked, choice: Choice) -> None:
    if choice.gpc and asked.purpose in MARKETING and not choice.despite_gpc:
        raise Invalid(
            "Your browser asks not to be marketed to. Tick that you allow it all the same, or "
            "refuse."
        )
