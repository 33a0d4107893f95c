"""Every setting of the service, read from the environment (`MILIEU_…`) by `app.wiring` alone."""

import base64
import binascii
from enum import StrEnum
from ipaddress import ip_address
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    HttpUrl,
    SecretStr,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.mail import SmtpServer
from app.openid_settings import MAX_PROVIDERS, OpenIDProviderSettings, faults

KEY_BYTES = 32
PREFIX = "MILIEU_"


class Environment(StrEnum):
    """Where the service runs; only `development` relaxes anything."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


def _without_slash(url: HttpUrl) -> str:
    return str(url).rstrip("/")


class DatabaseSettings(BaseSettings):
    """Where the database is: all that migrating it takes, so that no secret is needed for it."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, hide_input_in_errors=True, validate_default=True
    )

    database_url: str = Field(
        default="sqlite:///.data/milieu.db",
        description="sqlite:///PATH or postgresql://…",
        repr=False,
    )


class ProviderClient(BaseModel):
    """Our registration at a provider, as its operator gave it to ours."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    client_id: str = Field(min_length=1)
    client_secret: SecretStr = SecretStr("")


class Settings(DatabaseSettings):
    """Settings of one deployment. Anything unsafe outside development refuses to start.

    Each rule belongs to one field, so that an operator learns everything that is wrong at once.
    """

    environment: Environment = Environment.PRODUCTION
    issuer: Annotated[HttpUrl, AfterValidator(_without_slash)] = Field(
        default=HttpUrl("http://localhost:8000"),
        description="Public base address; the OAuth issuer. https outside development.",
    )
    master_key: SecretStr | None = Field(
        default=None, description="32 bytes in base64; wraps the customers' data keys."
    )
    former_master_key: SecretStr | None = Field(
        default=None, description="For `milieu key reencrypt` alone: the key to be replaced."
    )
    smtp_url: str | None = Field(
        default=None,
        description="smtp://user:password@host:port or smtps://…; in development the console.",
        repr=False,
    )
    mail_from: str = "Milieu <no-reply@localhost>"
    operator_name: str = Field(
        default="Milieu", min_length=1, description="Who runs this deployment, for receipts."
    )
    operator_email: str | None = Field(default=None, description="Whom to write to, for receipts.")
    operator_address: str | None = Field(
        default=None, description="Postal address in one line, for receipts."
    )
    jurisdiction: str | None = Field(
        default=None,
        pattern="^[A-Z]{2}$",
        description="Whose law applies, for receipts: an ISO 3166-1 alpha-2 code, or EU.",
    )
    outbound_exceptions: frozenset[str] = Field(
        default=frozenset(),
        description="Exact host:port pairs that may be reached although private and without TLS.",
    )
    provider_clients: dict[str, ProviderClient] = Field(
        default_factory=dict,
        description="Who we are to providers where nobody registers on the fly: a JSON object of"
        " client_id and client_secret by the connector's name.",
        repr=False,
    )
    openid_providers: tuple[OpenIDProviderSettings, ...] = Field(
        default=(),
        max_length=MAX_PROVIDERS,
        description="OpenID providers that people may sign in with: a JSON list; docs/openid.md.",
    )
    email_is_verified_by: frozenset[str] = Field(
        default=frozenset(),
        description=(
            "Names of those of them whose word is taken for whose an e-mail address is."
            " Whoever runs one can then claim any address that nobody here has yet."
        ),
    )
    bluesky_directory: Annotated[HttpUrl, AfterValidator(_without_slash)] = Field(
        default=HttpUrl("https://plc.directory"),
        description="Where the accounts of Bluesky's network are looked up (did:plc).",
    )
    dns_server: str | None = Field(
        default=None,
        description="ADDRESS:PORT of the DNS server to ask for handles; else the machine's own.",
    )
    provider_key_generation: int = Field(
        default=1,
        ge=1,
        le=1_000,
        description="One more makes a new key by which providers know us; see docs/connectors.md.",
    )
    engine: Literal["full", "light"] = Field(
        default="full",
        description=(
            "What reads posts: `full`, by an encoder, or `light`, for small machines."
            " Another one reads every window again."
        ),
    )
    embedded_worker: bool = Field(
        default=True, description="Whether `milieu serve` also does the refreshes that are due."
    )
    refreshes_at_once: int = Field(
        default=8,
        ge=1,
        le=256,
        description="Accounts that one worker reads at the same time; most of it is waiting.",
    )
    refresh_every_s: float = Field(default=6 * 3600, ge=1, description="Rest between refreshes.")
    signing_key_rotate_days: int = Field(
        default=90,
        ge=0,
        le=36_500,
        description="How long a key signs before the worker has a new one take over; 0: never.",
    )

    @field_validator("issuer", "bluesky_directory")
    @classmethod
    def _https_outside_development(cls, address: str, info: ValidationInfo) -> str:
        if _in_production(info) and not address.startswith("https://"):
            raise ValueError("must be an https address outside development.")
        return address

    @field_validator("master_key")
    @classmethod
    def _a_real_key(cls, key: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if key is not None:
            decode_key(key.get_secret_value())
        elif _in_production(info):
            raise ValueError("is needed: make one with `milieu key create`.")
        return key

    @field_validator("former_master_key")
    @classmethod
    def _a_key_that_was_real(cls, key: SecretStr | None) -> SecretStr | None:
        if key is not None:
            decode_key(key.get_secret_value())
        return key

    @field_validator("smtp_url")
    @classmethod
    def _somewhere_to_send_mail(cls, url: str | None, info: ValidationInfo) -> str | None:
        if url is not None:
            SmtpServer.parse(url)
        elif _in_production(info):
            raise ValueError("is needed: sign-in links go by mail.")
        return url

    @field_validator("dns_server")
    @classmethod
    def _an_address_and_a_port(cls, server: str | None) -> str | None:
        if server is not None:
            decode_server(server)
        return server

    @field_validator("outbound_exceptions")
    @classmethod
    def _none_outside_development(
        cls, exceptions: frozenset[str], info: ValidationInfo
    ) -> frozenset[str]:
        if _in_production(info) and exceptions:
            raise ValueError("is for development only.")
        return exceptions

    @field_validator("openid_providers")
    @classmethod
    def _fit_to_be_asked(
        cls, providers: tuple[OpenIDProviderSettings, ...], info: ValidationInfo
    ) -> tuple[OpenIDProviderSettings, ...]:
        found = list(faults(providers, in_production=_in_production(info)))
        if found:
            raise ValueError(f"{'; '.join(found)}.")
        return providers

    @field_validator("email_is_verified_by")
    @classmethod
    def _only_providers_there_are(
        cls, names: frozenset[str], info: ValidationInfo
    ) -> frozenset[str]:
        known = {provider.name for provider in info.data.get("openid_providers", ())}
        if "openid_providers" in info.data and not names <= known:
            raise ValueError("names a provider that is not in MILIEU_OPENID_PROVIDERS.")
        return names


def _in_production(info: ValidationInfo) -> bool:
    # An environment that is neither is a mistake of its own; what it would demand is unknown.
    return info.data.get("environment") is Environment.PRODUCTION


def decode_server(text: str) -> tuple[str, int]:
    """Read the address and the port of a DNS server.

    Raises:
        ValueError: It is not written as ADDRESS:PORT.
    """
    address, _, port = text.rpartition(":")
    number = int(port) if port.isascii() and port.isdigit() else 0
    if not 0 < number < 1 << 16:
        raise ValueError("must be an IP address and a port, such as 192.0.2.53:53.")
    return str(ip_address(address.strip("[]"))), number


def decode_key(text: str) -> bytes:
    """Decode a master key.

    Raises:
        ValueError: It is not 32 bytes in base64, or looks like a placeholder.
    """
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("must be 32 bytes in base64.") from error
    if len(key) != KEY_BYTES or len(set(key)) < KEY_BYTES // 4:
        raise ValueError("must be 32 random bytes: `milieu key create` makes one.")
    return key
