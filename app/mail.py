"""Mail to customers: through SMTP when configured, else to the console and the demo's outbox."""

import logging
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib

from app.errors import Unavailable

logger = logging.getLogger("milieu.mail")

OUTBOX_SIZE = 50
SMTP_TIMEOUT_S = 10.0


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


class SmtpMailer:
    """Hands mail to an SMTP server.

    Args:
        url: `smtp://user:password@host:port` (STARTTLS when offered) or `smtps://…` (TLS).
        sender: The From header.
    """

    def __init__(self, url: str, sender: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            raise ValueError("The SMTP address must look like smtp://user:password@host:port")
        self._hostname = parts.hostname
        self._port = parts.port
        self._username = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None
        self._tls = parts.scheme == "smtps"
        self._sender = sender

    async def send(self, mail: Mail) -> None:
        """Send one mail over SMTP."""
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = mail.to
        message["Subject"] = mail.subject
        message.set_content(mail.text)
        try:
            await aiosmtplib.send(
                message,
                hostname=self._hostname,
                port=self._port,
                username=self._username,
                password=self._password,
                use_tls=self._tls,
                timeout=SMTP_TIMEOUT_S,
            )
        except (aiosmtplib.SMTPException, OSError) as error:
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
