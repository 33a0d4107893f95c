"""All tables, imported together so that migrations see the whole schema."""

from sqlmodel import SQLModel

from app.store import (
    accesses,
    clients,
    connections,
    consent_requests,
    customers,
    grants,
    merges,
    provider_apps,
    refusals,
    sessions,
    sign_in_attempts,
    signing_keys,
    tokens,
)

__all__ = [
    "accesses",
    "clients",
    "connections",
    "consent_requests",
    "customers",
    "grants",
    "merges",
    "provider_apps",
    "refusals",
    "sessions",
    "sign_in_attempts",
    "signing_keys",
    "tokens",
]

metadata = SQLModel.metadata
