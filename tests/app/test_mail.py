"""Mail over a real SMTP server on loopback, and development's outbox."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from app.errors import Unavailable
from app.mail import Mail, Outbox, SmtpMailer
from tests.support.servers import free_port

MAIL = Mail("mara@example.org", "Sign in to Milieu", "Grüße: https://…", datetime.now(UTC))


class Mailbox:
    def __init__(self) -> None:
        self.received: list[Message] = []

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802 - aiosmtpd's name
        self.received.append(message_from_bytes(envelope.content))
        return "250 OK"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    box = Mailbox()

    def authenticate(server, session, envelope, mechanism, data) -> AuthResult:
        right = data == LoginPassword(b"milieu", b"p@ss/word")
        return AuthResult(success=right, handled=False)  # the server answers 535

    controller = Controller(
        box,
        hostname="127.0.0.1",
        port=free_port(),
        authenticator=authenticate,
        auth_require_tls=False,
    )
    controller.start()
    yield box, controller.port
    controller.stop()


async def test_mail_goes_out_over_smtp_with_its_password(mailbox: tuple[Mailbox, int]):
    box, port = mailbox
    mailer = SmtpMailer(f"smtp://milieu:p%40ss%2Fword@127.0.0.1:{port}", "Milieu <no@reply.test>")
    await mailer.send(MAIL)
    [message] = box.received
    assert message["To"] == "mara@example.org"
    assert message["From"] == "Milieu <no@reply.test>"
    payload = message.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert payload.decode().strip() == MAIL.text


async def test_a_wrong_password_or_a_server_that_is_down_is_said_to_be_unavailable(
    mailbox: tuple[Mailbox, int], caplog
):
    _, port = mailbox
    down = free_port()
    for url in (f"smtp://milieu:wrong@127.0.0.1:{port}", f"smtp://127.0.0.1:{down}"):
        with pytest.raises(Unavailable):
            await SmtpMailer(url, "no@reply.test").send(MAIL)
    wrong, unreachable = [r.getMessage() for r in caplog.records if r.name == "milieu.mail"]
    assert f"127.0.0.1:{port}: SMTPAuthenticationError" in wrong
    assert f"127.0.0.1:{down}: " in unreachable
    assert MAIL.to not in caplog.text


def test_an_address_that_is_not_smtp_is_refused():
    with pytest.raises(ValueError, match="smtp://"):
        SmtpMailer("http://mail.example.org", "no@reply.test")


async def test_the_outbox_shows_the_newest_first_and_the_console_too(caplog):
    outbox = Outbox()
    with caplog.at_level(logging.INFO, "milieu.mail"):
        await outbox.send(MAIL)
        await outbox.send(Mail("jonas@example.org", "Second", "text", MAIL.sent_at))
    assert [mail.to for mail in outbox.mails()] == ["jonas@example.org", "mara@example.org"]
    assert "Second" in caplog.text
