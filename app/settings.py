"""Every setting of the service, read from the environment (`MILIEU_…`) by `app.wiring` alone."""

import base64
import binascii
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, Field, HttpUrl, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

KEY_BYTES = 32


class Environment(StrEnum):
    """Where the service runs; only `development` relaxes anything."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


def _without_slash(url: HttpUrl) -> str:
    return str(url).rstrip("/")


class Settings(BaseSettings):
    """Settings of one deployment. Anything unsafe outside development refuses to start."""

    model_config = SettingsConfigDict(env_prefix="MILIEU_", frozen=True)

    environment: Environment = Environment.PRODUCTION
    issuer: Annotated[HttpUrl, AfterValidator(_without_slash)] = Field(
        default=HttpUrl("http://localhost:8000"),
        description="Public base address; the OAuth issuer. https outside development.",
        validate_default=True,
    )
    database_url: str = Field(
        default="sqlite:///.data/milieu.db", description="sqlite:///PATH or postgresql://…"
    )
    master_key: SecretStr | None = Field(
        default=None, description="32 bytes in base64; wraps the customers' data keys."
    )
    smtp_url: str | None = Field(
        default=None,
        description="smtp://user:password@host:port or smtps://…; in development the console.",
    )
    mail_from: str = "Milieu <no-reply@localhost>"
    outbound_exceptions: frozenset[str] = Field(
        default=frozenset(),
        description="Exact host:port pairs that may be reached although private and without TLS.",
    )
    engine: str = Field(default="light", description="The context engine that reads posts.")
    embedded_worker: bool = Field(
        default=True, description="Whether `milieu serve` also does the refreshes that are due."
    )
    refresh_every_s: float = Field(default=6 * 3600, ge=1, description="Rest between refreshes.")

    @model_validator(mode="after")
    def _safe_outside_development(self) -> Self:
        if self.environment is Environment.DEVELOPMENT:
            return self
        if self.master_key is None:
            raise ValueError("MILIEU_MASTER_KEY is needed: make one with `milieu key create`.")
        if not str(self.issuer).startswith("https://"):
            raise ValueError("MILIEU_ISSUER must be an https address outside development.")
        if self.smtp_url is None:
            raise ValueError("MILIEU_SMTP_URL is needed: sign-in links go by mail.")
        if self.outbound_exceptions:
            raise ValueError("MILIEU_OUTBOUND_EXCEPTIONS is for development only.")
        return self

    @model_validator(mode="after")
    def _a_real_key(self) -> Self:
        if self.master_key is not None:
            decode_key(self.master_key.get_secret_value())
        return self


def decode_key(text: str) -> bytes:
    """Decode a master key.

    Raises:
        ValueError: It is not 32 bytes in base64, or looks like a placeholder.
    """
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("The master key must be 32 bytes in base64.") from error
    if len(key) != KEY_BYTES or len(set(key)) < KEY_BYTES // 4:
        raise ValueError("The master key must be 32 random bytes: `milieu key create` makes one.")
    return key
