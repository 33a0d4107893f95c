"""Links sent by mail: they sign somebody in, or add the address to who is signed in."""

from datetime import datetime, timedelta

from app.clock import Clock
from app.errors import Unavailable
from app.ids import SIGN_IN_TOKEN, new_secret, secret_hash
from app.mail import Mail, Mailer
from app.store.customers import IdentifierType
from app.store.engine import Database
from app.store.secrets import Vault
from app.store.sessions import SignInLink, count_recent_links, delete_link
from app.usecases.identifiers import normal_email

LINK_LIFETIME = timedelta(minutes=10)
LINKS_PER_LIFETIME = 5

LINK_TEXT = """Hello,

this link signs you in to Milieu. It works once, for ten minutes:

{link}

If you did not ask for it, do nothing: nobody can sign in without it.
"""

ADDING_TEXT = """Hello,

somebody who is signed in to Milieu wants to sign in by this address too. If that is you, open this
link in the browser where you asked for it. It works once, for ten minutes:

{link}

If you did not ask for it, do nothing: it does nothing in any other browser.
"""


class SignInLinks:
    """Sends links.

    Args:
        database: Where they are kept.
        vault: Seals their addresses.
        clock: The time.
        mailer: Brings them.
        issuer: The service's public address.
    """

    def __init__(
        self, database: Database, vault: Vault, clock: Clock, mailer: Mailer, issuer: str
    ) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._mailer = mailer
        self._issuer = issuer

    async def send(self, email: str, return_to: str, customer_id: str | None) -> None:
        """Send a link, unless the address was sent enough of them lately.

        Args:
            email: The address as typed.
            return_to: Local route to go on to, as `app.web.return_to` made it.
            customer_id: To whom the link adds the address; None for one that signs in.

        Raises:
            Invalid: That is no e-mail address.
            Unavailable: The mail server does not answer.
        """
        address = normal_email(email)
        now = self._clock()
        token = new_secret(SIGN_IN_TOKEN)
        token_hash = secret_hash(token)
        email_index = self._vault.blind_index(IdentifierType.EMAIL, address)
        async with self._database.writing() as session:
            recent = await count_recent_links(session, email_index, now - LINK_LIFETIME)
            if recent >= LINKS_PER_LIFETIME:
                return
            link = SignInLink(
                token_hash=token_hash,
                email_index=email_index,
                sealed_email=self._vault.service.seal(address.encode(), link_place(token_hash)),
                return_to=return_to,
                customer_id=customer_id,
                created_at=now,
                expires_at=now + LINK_LIFETIME,
            )
            session.add(link)
        try:
            await self._mailer.send(self._mail(address, token, now, adds=customer_id is not None))
        except Unavailable:
            # A link that nobody received must not count against her next attempts.
            async with self._database.writing() as session:
                await delete_link(session, token_hash)
            raise

    def _mail(self, address: str, token: str, now: datetime, *, adds: bool) -> Mail:
        if adds:
            link = f"{self._issuer}/account/addresses/{token}"
            text = ADDING_TEXT.format(link=link)
            return Mail(address, "Your address at Milieu", text, now)
        text = LINK_TEXT.format(link=f"{self._issuer}/sign-in/{token}")
        return Mail(address, "Sign in to Milieu", text, now)


def link_place(token_hash: str) -> str:
    """Return the place to which the address of a link is sealed."""
    return f"sign_in_links.sealed_email:{token_hash}"
