"""What takes a sign-in of a moment ago, so that nobody else at her screen does it (step-up)."""

from datetime import timedelta

from app.errors import Forbidden
from app.usecases.customers import CurrentSession
from app.web.services import Services

FRESH_FOR = timedelta(minutes=15)
"""How long after signing in she may do the gravest things without signing in again."""


def is_fresh(services: Services, session: CurrentSession) -> bool:
    """Tell whether she signed in a moment ago."""
    return services.clock() - session.signed_in_at <= FRESH_FOR


def check_fresh(services: Services, session: CurrentSession) -> None:
    """Refuse what takes a fresh sign-in.

    Raises:
        Forbidden: She signed in a while ago.
    """
    if not is_fresh(services, session):
        raise Forbidden(
            "You signed in a while ago. Sign in again, from your account page, and then do this.",
            code="sign_in_again",
        )
