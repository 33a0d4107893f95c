"""The OpenID providers of a deployment, as its settings name them (`MILIEU_OPENID_PROVIDERS`)."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr

MAX_PROVIDERS = 10
"""More buttons are no choice any more."""

Scope = Annotated[str, Field(pattern=r"^[\x21\x23-\x5b\x5d-\x7e]{1,100}$")]


class OpenIDProviderSettings(BaseModel):
    """One OpenID provider that people may sign in with."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: str = Field(
        pattern="^[a-z][a-z0-9-]{0,31}$",
        description="Its name in addresses; part of the redirect URI that is registered there.",
    )
    title: str = Field(
        min_length=1, max_length=40, description="Its name on the button: Continue with …"
    )
    issuer: str = Field(
        max_length=500, description="Its issuer identifier, to the letter, as its documents say it."
    )
    client_id: str = Field(
        pattern=r"^[\x20-\x7e]{1,500}$", description="Who this deployment is there."
    )
    client_secret: SecretStr | None = Field(default=None, description="What it gave us with it.")
    client_authentication: Literal[
        "client_secret_basic", "client_secret_post", "private_key_jwt", "none"
    ] = Field(
        default="client_secret_basic",
        description="How we show who we are, as registered there; two of the ways take a secret.",
    )
    scopes: tuple[Scope, ...] = Field(
        default=("openid",), description="What is asked for; `openid` must be among it."
    )


def faults(providers: Sequence[OpenIDProviderSettings], *, in_production: bool) -> Iterator[str]:
    """Say what is wrong with a list of providers, beyond the form of each.

    Args:
        providers: The list.
        in_production: Whether an issuer must be an https address.
    """
    names = [provider.name for provider in providers]
    for twice in sorted({name for name in names if names.count(name) > 1}):
        yield f"names two providers {twice}"
    issuers = [provider.issuer for provider in providers]
    if len(set(issuers)) < len(issuers):
        yield "names one issuer twice"
    for provider in providers:
        for fault in _faults_of(provider, in_production=in_production):
            yield f"is wrong about {provider.name}: {fault}"


def _faults_of(provider: OpenIDProviderSettings, *, in_production: bool) -> Iterator[str]:
    if not _is_issuer(provider.issuer, ("https",) if in_production else ("https", "http")):
        yield "the issuer must be an https address without query and fragment"
    if "openid" not in provider.scopes:
        yield "the scopes must have openid among them"
    takes_secret = provider.client_authentication.startswith("client_secret")
    if takes_secret and provider.client_secret is None:
        yield f"{provider.client_authentication} needs a client_secret"
    if not takes_secret and provider.client_secret is not None:
        yield f"{provider.client_authentication} takes no client_secret"


def _is_issuer(text: str, schemes: Sequence[str]) -> bool:
    """Tell whether a text can be an issuer identifier (OpenID Connect Core, section 2)."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    is_plain = text.isascii() and text.isprintable() and not set(text) & set(" ?#@")
    return is_plain and parts.scheme in schemes and bool(parts.hostname)
