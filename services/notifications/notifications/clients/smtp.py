"""Handing a written mail to the mail server.

Plain sockets of the standard library: under eventlet they yield. One connection per mail: mail
servers close idle ones, and what is sent in bulk is not ours.
"""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass, field
from datetime import datetime
from email import policy
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from urllib.parse import parse_qs, unquote, urlsplit

from notifications.domain.mails import Failure

TIMEOUT_SECONDS = 10.0
_PORTS = {"smtp": 25, "smtps": 465}


class Undelivered(Exception):
    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.reason)
        self.failure = failure


@dataclass(frozen=True, slots=True)
class Server:
    """Parsed from SMTP_URL: ``smtp[s]://[user:password@]host[:port][?starttls=1]``."""

    host: str
    port: int
    implicit_tls: bool
    starttls: bool
    user: str | None
    password: str | None = field(repr=False)

    @classmethod
    def parse(cls, url: str) -> Server:
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname:
            raise ValueError("expected smtp[s]://[user:password@]host[:port]")
        return cls(
            host=parts.hostname,
            port=parts.port or _PORTS[parts.scheme],
            implicit_tls=parts.scheme == "smtps",
            starttls=parse_qs(parts.query).get("starttls") == ["1"],
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
        )


@dataclass(frozen=True, slots=True)
class Envelope:
    """A written mail. ``date`` is real time: it is compared by other people's machines."""

    message_id: str
    date: datetime
    sender_name: str
    sender: str
    reply_to: str
    recipient_name: str
    recipient: str
    language: str
    subject: str
    text: str
    html: str


class MailServer:
    """``trust`` replaces the system's certificate authorities, for a server with its own."""

    def __init__(self, url: str, *, trust: ssl.SSLContext | None = None) -> None:
        self._server = Server.parse(url)
        self._trust = trust

    def send(self, envelope: Envelope) -> None:
        """Returns when the server has taken responsibility for the mail; else Undelivered."""
        message = compose(envelope)
        try:
            with self._connect() as connection:
                connection.send_message(
                    message, from_addr=envelope.sender, to_addrs=[envelope.recipient]
                )
        except (smtplib.SMTPException, OSError) as error:
            raise Undelivered(failure_of(error)) from error

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        context = self._trust or ssl.create_default_context()
        connection: smtplib.SMTP
        if server.implicit_tls:
            connection = smtplib.SMTP_SSL(
                server.host, server.port, timeout=TIMEOUT_SECONDS, context=context
            )
        else:
            connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_SECONDS)
        try:
            if server.starttls:
                connection.starttls(context=context)
            if server.user is not None:
                connection.login(server.user, server.password or "")
        except BaseException:
            connection.close()
            raise
        return connection


def compose(envelope: Envelope) -> EmailMessage:
    """The message. A header cannot be injected: a line break in one is refused by the policy."""
    message = EmailMessage(policy=policy.SMTP)
    try:
        message["Message-ID"] = envelope.message_id
        message["Date"] = envelope.date
        message["From"] = Address(envelope.sender_name, addr_spec=envelope.sender)
        message["To"] = Address(envelope.recipient_name, addr_spec=envelope.recipient)
        message["Reply-To"] = envelope.reply_to
        message["Subject"] = envelope.subject
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday replies, please
        message.set_content(envelope.text, cte="quoted-printable")
        message.add_alternative(envelope.html, subtype="html", cte="quoted-printable")
        message["Content-Language"] = envelope.language  # after the content, which replaces such
        message.as_bytes()  # some of what cannot be written shows only now
    except (ValueError, IndexError, MessageError) as error:
        reason = f"message refused: {type(error).__name__}"
        raise Undelivered(Failure(reason, permanent=True)) from error
    return message


def failure_of(error: Exception) -> Failure:
    """5xx is the server's last word; anything else may be better later."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return Failure(f"{error.smtp_code} authentication refused", permanent=False)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(error.recipients.values()))
        return Failure(_line(code, said), permanent=code >= 500)
    if isinstance(error, smtplib.SMTPResponseException):
        return Failure(_line(error.smtp_code, error.smtp_error), permanent=error.smtp_code >= 500)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Failure("the server does not offer what the setting asks for", permanent=False)
    return Failure(type(error).__name__, permanent=False)


def _line(code: int, said: bytes | str) -> str:
    """One printable line for the ledger."""
    text = said.decode("ascii", "replace") if isinstance(said, bytes) else said
    printable = "".join(char if char.isprintable() else " " for char in text)
    return f"{code} {' '.join(printable.split())}"[:300]
