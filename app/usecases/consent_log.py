"""The consent log: each step in a grant's history, with the receipt that proves it."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel.ext.asyncio.session import AsyncSession

from app.errors import NotFound
from app.store.clients import Client
from app.store.consent_steps import Step
from app.store.customers import open_box
from app.store.grants import ConsentEvent, ConsentEventType, find_subject
from app.store.history import events_of
from app.store.secrets import SealError, Vault
from app.usecases.admission import USE_FOR
from app.usecases.purposes import label_of
from app.usecases.receipts.facts import Actor, ConsentFacts, Event, Means, Notice, Party
from app.usecases.receipts.signed import signed
from app.usecases.signing_keys import SigningKeys
from context.section import Section
from oauth.server.signing import Signer

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Manner:
    """How something was decided.

    Attributes:
        actor: Who decided.
        means: By which way.
        asked: The sections that were asked for, where somebody asked.
        gpc: Whether her browser sent Global Privacy Control.
        despite_gpc: Whether she said that her decision counts all the same.
        notice: What she was shown.
    """

    actor: Actor
    means: Means
    asked: Sequence[str] = ()
    gpc: bool = False
    despite_gpc: bool = False
    notice: Notice | None = None


BY_HER = Manner(Actor.CUSTOMER, Means.PAGE)
BY_CLIENT = Manner(Actor.CLIENT, Means.API)
BY_TIME = Manner(Actor.SYSTEM, Means.TERM)


class ConsentLog:
    """Writes receipts, and finds them again.

    Args:
        vault: Seals receipts with her key.
        keys: Sign them.
        operator: Who runs this deployment; its id is the issuer.
        jurisdiction: Whose law the operator says applies, if it says so.
    """

    def __init__(
        self, vault: Vault, keys: SigningKeys, operator: Party, jurisdiction: str | None
    ) -> None:
        self._vault = vault
        self._keys = keys
        self._operator = operator
        self._jurisdiction = jurisdiction

    async def signer(self) -> Signer:
        """Return what signs receipts now; to be asked for before a transaction begins."""
        return await self._keys.signer()

    async def record(
        self, session: AsyncSession, steps: Sequence[Step], manner: Manner, signer: Signer
    ) -> None:
        """Write the receipt of each step, in the transaction in which it happens.

        Args:
            session: The writing transaction.
            steps: What happened; to the first one's grant the place of the others was given.
            manner: How it was decided.
            signer: From `signer`.
        """
        for step in steps:
            try:
                box = await open_box(session, self._vault, step.grant.customer_id)
            except SealError:
                # Without her key there is nothing of hers left to prove; her will counts anyway.
                logger.warning("no receipt of %s: the data key does not open", step.event.id)
                continue
            facts = await self._facts(session, step, steps[0].grant.id, manner)
            receipt = signed(facts, signer).encode()
            step.event.sealed_receipt = box.seal(receipt, receipt_place(step.event.id))
            session.add(step.event)

    async def receipts(
        self, session: AsyncSession, grant_id: str, customer_id: str
    ) -> list[tuple[ConsentEvent, str]]:
        """List the receipts of a grant of hers, the oldest first, each as the JWS it is."""
        box = await open_box(session, self._vault, customer_id)
        return [
            (event, box.open(event.sealed_receipt, receipt_place(event.id)).decode())
            for event in await events_of(session, customer_id, grant_id)
            if event.sealed_receipt is not None
        ]

    async def receipt(
        self, session: AsyncSession, grant_id: str, event_id: str, customer_id: str
    ) -> str:
        """Return one receipt of hers, as the JWS it is.

        Raises:
            NotFound: She has no such receipt.
        """
        for event, receipt in await self.receipts(session, grant_id, customer_id):
            if event.id == event_id:
                return receipt
        raise NotFound("There is no such receipt.")

    async def _facts(
        self, session: AsyncSession, step: Step, first_grant_id: str, manner: Manner
    ) -> ConsentFacts:
        grant, event = step.grant, step.event
        client = await session.get_one(Client, grant.client_id)
        is_replaced = event.type == ConsentEventType.REPLACED
        return ConsentFacts(
            event_id=event.id,
            event=Event(event.type),
            at=event.at,
            grant_id=grant.id,
            subject=await find_subject(session, grant.customer_id, grant.client_id) or "",
            client=Party(client.id, client.name, client.uri),
            operator=self._operator,
            purpose=grant.purpose,
            purpose_label=label_of(grant.purpose),
            given=_sections(grant.sections),
            asked=_sections(manner.asked) if not is_replaced else (),
            external_id_bound=grant.external_id_index is not None,
            starts=grant.created_at,
            ends=grant.expires_at,
            retention=USE_FOR,
            gpc=manner.gpc,
            means=manner.means,
            actor=manner.actor,
            notice=manner.notice,
            despite_gpc=manner.despite_gpc,
            signs_in=grant.signs_in,
            single_call=grant.is_single_call,
            brands=tuple(grant.lens.get("brands", ())),
            rivals=tuple(grant.lens.get("rivals", ())),
            replaced_by=first_grant_id if is_replaced else None,
            jurisdiction=self._jurisdiction,
        )


def _sections(names: Sequence[str]) -> tuple[Section, ...]:
    return tuple(section for section in Section if section in names)


def receipt_place(event_id: str) -> str:
    """Return the place to which the receipt of a consent event is sealed."""
    return f"consent_events.sealed_receipt:{event_id}"
