"""The one place that reads settings and constructs things; everything else receives values."""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from app.clock import Clock, system_clock
from app.connectors.archives import Archives, BlueskyArchive, MastodonArchive, XArchive
from app.connectors.bluesky import SCOPES, Bluesky, Resolver
from app.connectors.catalogue import Catalogue, Connector
from app.connectors.feeds import Feeds
from app.connectors.mastodon import Mastodon
from app.ids import ACCESS_TOKEN, REFRESH_TOKEN, new_secret, secret_hash
from app.mail import Mailer, Outbox, SmtpMailer
from app.outbound import Limits, Outbound
from app.settings import Settings, decode_key, decode_server
from app.store.engine import Database
from app.store.secrets import Vault
from app.usecases.accesses import Accesses
from app.usecases.analyses import Analyses
from app.usecases.arrivals import Arrivals
from app.usecases.authorization import Authorization
from app.usecases.client_keys import client_keys
from app.usecases.clients import Clients
from app.usecases.connections import Connections
from app.usecases.consent_log import ConsentLog
from app.usecases.consents import Consents
from app.usecases.contexts import Contexts
from app.usecases.customers import Customers
from app.usecases.description import DOCUMENT_PATH, Description
from app.usecases.erasure import Erasure
from app.usecases.giving import Giving
from app.usecases.grants import Grants
from app.usecases.linking import Linking
from app.usecases.managed_grants import ManagedGrants
from app.usecases.merge_mails import MergeMails
from app.usecases.merging import Merging
from app.usecases.openid import OpenIDSignIn
from app.usecases.openid_providers import Configured, OpenIDProviders
from app.usecases.possession import Possession
from app.usecases.provider_tokens import ProviderTokens
from app.usecases.proving import Proving
from app.usecases.receipts.facts import Party
from app.usecases.reencryption import Reencryption
from app.usecases.refresh import Refresh
from app.usecases.registrations import Identity, Registrations
from app.usecases.sections import OFFERED
from app.usecases.sign_in_attempts import SignInAttempts
from app.usecases.signing_keys import SigningKeys
from app.usecases.unmerging import Unmerging
from app.usecases.uploads import Uploads
from app.usecases.way_mails import WayMails
from app.usecases.ways_in import WaysIn
from app.usecases.windows import Windows
from app.web.services import Services
from app.work.expiry import Expiry
from app.work.finality import Finality
from app.work.rotation import Rotation
from app.work.tidy import Tidy
from app.work.worker import Worker
from context.engines import Engine
from context.engines.models import load_engine_that_works
from oauth.link.provider import ClientAuthentication, Registration
from oauth.server.engine import AuthorizationEngine
from oauth.server.tokens import Secrets

logger = logging.getLogger(__name__)

OPENID_LIMITS = Limits(connect_s=5, read_s=5, total_s=10, body_bytes=256 * 1024)
"""She waits for the answer; and a document or a set of keys of this size is none."""


@dataclass(frozen=True, slots=True)
class Runtime:
    """A wired service: its use cases, and its worker."""

    services: Services
    worker: Worker
    embedded_worker: bool

    async def close(self) -> None:
        """Close the database."""
        await self.services.database.close()


def build(settings: Settings, clock: Clock = system_clock) -> Runtime:
    """Wire a service up.

    Args:
        settings: Of this deployment.
        clock: The time; the machine's unless a test sets it.

    Raises:
        ValueError: The settings do not fit together.
    """
    if settings.master_key is None:
        raise ValueError("MILIEU_MASTER_KEY is needed: make one with `milieu key create`.")
    issuer = str(settings.issuer)
    database = Database(settings.database_url)
    vault = Vault(decode_key(settings.master_key.get_secret_value()))
    outbox = None if settings.smtp_url else Outbox()
    mailer: Mailer = outbox or SmtpMailer(settings.smtp_url or "", settings.mail_from)
    outbound = Outbound(settings.outbound_exceptions)
    exports = (MastodonArchive(), XArchive(), BlueskyArchive())
    catalogue = Catalogue(*_connectors(settings, clock), *exports)
    identity = Identity(
        "Milieu", issuer, f"{issuer}/connections/callback", f"{issuer}{DOCUMENT_PATH}"
    )
    keys = client_keys(vault, settings.provider_key_generation)
    given = {
        name: Registration(one.client_id, one.client_secret.get_secret_value())
        for name, one in settings.provider_clients.items()
    }
    registrations = Registrations(database, vault, clock, identity, keys, given)
    tokens = ProviderTokens(clock, outbound, catalogue, registrations)
    linking = Linking(database, vault, clock, outbound, catalogue, registrations, tokens)
    proving = Proving(database, vault, clock, outbound, catalogue, issuer)
    due = asyncio.Event()
    analyses = Analyses(database, vault, _engine(settings.engine))
    refresh = Refresh(
        database,
        vault,
        clock,
        Windows(database, vault, clock, outbound, catalogue, tokens),
        analyses,
        timedelta(seconds=settings.refresh_every_s),
        due,
    )
    customers = Customers(database, vault, clock, mailer, issuer)
    providers = OpenIDProviders(
        _openid_providers(settings, keys), settings.outbound_exceptions, clock
    )
    signing_keys = SigningKeys(database, vault, clock)
    connections = Connections(database, vault, clock, catalogue, linking, proving, tokens, due)
    engine = authorization_engine(vault, clock, issuer, OFFERED)
    authorization = Authorization(database, clock, engine, signing_keys)
    operator = Party(
        issuer, settings.operator_name, issuer, settings.operator_email, settings.operator_address
    )
    log = ConsentLog(vault, signing_keys, operator, settings.jurisdiction)
    grants = Grants(database, clock, log)
    way_mails = WayMails(clock, mailer, issuer)
    mails = MergeMails(database, vault, clock, mailer, issuer)
    unmerging = Unmerging(database, vault, clock, mails)
    services = Services(
        issuer=issuer,
        clock=clock,
        database=database,
        vault=vault,
        customers=customers,
        openid=OpenIDSignIn(
            SignInAttempts(database, vault, clock),
            Arrivals(database, vault, clock, way_mails),
            providers,
            Outbound(settings.outbound_exceptions, limits=OPENID_LIMITS),
            clock,
            issuer,
        ),
        ways_in=WaysIn(database, vault, clock, providers, way_mails),
        erasure=Erasure(customers, connections),
        connections=connections,
        refresh=refresh,
        uploads=Uploads(database, vault, clock, Archives(exports), analyses),
        contexts=Contexts(database, vault, clock, Possession(database, vault, clock, issuer)),
        clients=Clients(database, clock, OFFERED),
        authorization=authorization,
        consents=Consents(
            database, clock, engine, authorization, Giving(vault, clock, engine.sections), log
        ),
        grants=grants,
        managed_grants=ManagedGrants(database, clock, engine, log),
        accesses=Accesses(database),
        merging=Merging(database, vault, clock, log, mails),
        unmerging=unmerging,
        signing_keys=signing_keys,
        reencryption=Reencryption(database, vault),
        description=Description(identity, SCOPES, keys),
        outbox=outbox,
    )
    rotation = Rotation(signing_keys, clock, _days(settings.signing_key_rotate_days))
    finality = Finality(unmerging, mails, clock)
    chores = (Tidy(database, clock), rotation, Expiry(grants, clock), finality)
    worker = Worker(refresh, chores, due, at_once=settings.refreshes_at_once)
    return Runtime(services, worker, settings.embedded_worker)


async def check_master_key(settings: Settings) -> None:
    """See that the master key is the database's, before anything else is made.

    Args:
        settings: Of this deployment.

    Raises:
        OtherMasterKey: The database is under another one.
    """
    if settings.master_key is None:
        return  # which `build` says
    database = Database(settings.database_url)
    vault = Vault(decode_key(settings.master_key.get_secret_value()))
    try:
        await Reencryption(database, vault).check_once()
    finally:
        await database.close()


def authorization_engine(
    vault: Vault, clock: Clock, issuer: str, sections: Sequence[str]
) -> AuthorizationEngine:
    """Make the protocol's logic for this deployment."""
    secrets = Secrets(
        new_secret,
        secret_hash,
        vault.derive,
        ACCESS_TOKEN,
        REFRESH_TOKEN,
        seal=vault.service.seal,
        unseal=vault.service.open,
    )
    named = tuple(str(section) for section in sections)
    return AuthorizationEngine(issuer, named, secrets, clock)


def _openid_providers(settings: Settings, keys: tuple[str, ...]) -> list[Configured]:
    return [
        Configured(
            name=provider.name,
            title=provider.title,
            issuer=provider.issuer,
            registration=Registration(
                provider.client_id,
                provider.client_secret.get_secret_value() if provider.client_secret else "",
                keys,
            ),
            authentication=ClientAuthentication(provider.client_authentication),
            scopes=provider.scopes,
            verifies_email=provider.name in settings.email_is_verified_by,
        )
        for provider in settings.openid_providers
    ]


def _connectors(settings: Settings, clock: Clock) -> Iterator[Connector]:
    exceptions = settings.outbound_exceptions
    yield Mastodon(exceptions)
    if str(settings.issuer).startswith("https://"):  # its servers read who we are there
        server = settings.dns_server
        records = Resolver(None if server is None else decode_server(server))
        yield Bluesky(clock, str(settings.bluesky_directory), records, exceptions)
    yield Feeds(exceptions)


def _days(days: int) -> timedelta | None:
    return timedelta(days=days) if days else None


def _engine(name: str) -> Engine:
    engine, fault = load_engine_that_works(name)
    if fault is not None:
        logger.warning("the engine %s is used in the place of %s: %s", engine.name, name, fault)
    return engine
