"""Mail to customers: through SMTP when configured, else to the console and the demo's outbox."""

import logging
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from typing import Protocol, Self
from urllib.parse import unquote, urlsplit

import aiosmtplib

from app.errors import Unavailable

logger = logging.getLogger("milieu.mail")

OUTBOX_SIZE = 50
SMTP_TIMEOUT_S = 10.0
SMTP_FORM = "must look like smtp://user:password@host:port"


@dataclass(frozen=True, slots=True)
class Mail:
    """One message in plain text."""

    to: str
    subject: str
    text: str
    sent_at: datetime


class Mailer(Protocol):
    """Whatever can bring a mail on its way."""

    async def send(self, mail: Mail) -> None:
        """Send one mail.

        Raises:
            Unavailable: It could not be handed over.
        """
        ...


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mail is handed over, and as whom."""

    hostname: str
    port: int | None
    username: str | None
    password: str | None = field(repr=False)
    tls: bool

    @classmethod
    def parse(cls, url: str) -> Self:
        """Read `smtp://user:password@host:port` (STARTTLS when offered) or `smtps://…` (TLS).

        Raises:
            ValueError: It has another form. The message does not repeat it: it holds a password.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise ValueError(SMTP_FORM) from None
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            raise ValueError(SMTP_FORM)
        return cls(
            hostname=parts.hostname,
            port=port,
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            tls=parts.scheme == "smtps",
        )


class SmtpMailer:
    """Hands mail to an SMTP server.

    Args:
        url: As `SmtpServer.parse` reads it.
        sender: The From header.
    """

    def __init__(self, url: str, sender: str) -> None:
        self._server = SmtpServer.parse(url)
        self._sender = sender

    async def send(self, mail: Mail) -> None:
        """Send one mail over SMTP."""
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = mail.to
        message["Subject"] = mail.subject
        message.set_content(mail.text)
        server = self._server
        try:
            await aiosmtplib.send(
                message,
                hostname=server.hostname,
                port=server.port,
                username=server.username,
                password=server.password,
                use_tls=server.tls,
                timeout=SMTP_TIMEOUT_S,
            )
        except (aiosmtplib.SMTPException, OSError) as error:
            # The class alone: what a server answers may repeat the customer's address.
            logger.warning(
                "Mail cannot be handed over to %s:%s: %s",
                server.hostname,
                server.port or "default",
                type(error).__name__,
            )
            raise Unavailable(
                "The mail could not be sent; please try again in a minute."
            ) from error


class Outbox:
    """Development's mailer: the console and, in memory, the last mails for the outbox page."""

    def __init__(self) -> None:
        self._mails: deque[Mail] = deque(maxlen=OUTBOX_SIZE)

    async def send(self, mail: Mail) -> None:
        """Keep one mail and show it on the console."""
        self._mails.appendleft(mail)
        logger.info("Mail to %s: %s\n%s", mail.to, mail.subject, mail.text)

    def mails(self) -> list[Mail]:
        """Return the mails, newest first."""
        return list(self._mails)
