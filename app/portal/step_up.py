"""Step-up: what a customer can do only shortly after she has signed in."""

from datetime import timedelta

from app.errors import Forbidden
from app.usecases.customers import CurrentSession
from app.web.services import Services

FRESH_FOR = timedelta(minutes=15)
"""How long after signing in she may do what is grave without signing in again."""


def is_fresh(services: Services, session: CurrentSession) -> bool:
    """Say whether she has signed in lately enough."""
    return services.clock() - session.signed_in_at <= FRESH_FOR


def check_fresh(services: Services, session: CurrentSession) -> None:
    """Refuse what takes a fresh sign-in.

    Raises:
        Forbidden: She signed in a while ago.
    """
    if not is_fresh(services, session):
        raise Forbidden("Sign in again before you do this.", code="sign_in_again")
