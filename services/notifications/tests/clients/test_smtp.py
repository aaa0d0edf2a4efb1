from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from local.ports import free_port
from notifications.clients.smtp import (
    Envelope,
    MailServer,
    Server,
    Undelivered,
    compose,
    failure_of,
)

ENVELOPE = Envelope(
    message_id="<1.1@cloudstore.example>",
    date=datetime(2026, 11, 23, 10, tzinfo=UTC),
    sender_name="Cloudstore",
    sender="noreply@cloudstore.example",
    reply_to="support@cloudstore.example",
    recipient_name="Zoé Élan",
    recipient="zoe@acme.example",
    language="fr",
    subject="Bienvenue à l'été",
    text="Bonjour Zoé\n",
    html="<p>Bonjour Zoé</p>",
)


@pytest.mark.unit
def test_a_message_has_text_and_html_and_says_it_is_automatic() -> None:
    message = compose(ENVELOPE)
    assert message["From"] == "Cloudstore <noreply@cloudstore.example>"
    assert message["To"].addresses[0].display_name == "Zoé Élan"
    assert (message["Reply-To"], message["Auto-Submitted"]) == (
        "support@cloudstore.example",
        "auto-generated",
    )
    assert message.get_content_type() == "multipart/alternative"
    text, html = message.iter_parts()
    assert (text.get_content().strip(), html.get_content().strip()) == (
        "Bonjour Zoé",
        "<p>Bonjour Zoé</p>",
    )
    assert all(line.isascii() for line in message.as_bytes().decode().splitlines())


HEADERS = ("subject", "recipient_name", "recipient", "sender_name", "message_id", "reply_to")
hostile = st.text(max_size=30) | st.builds(
    "{}{}Bcc: evil@evil.example".format, st.text(max_size=8), st.sampled_from(["\r\n", "\n", "\r"])
)


@pytest.mark.unit
@settings(deadline=None)
@given(st.sampled_from(HEADERS), hostile)
def test_no_value_injects_a_header(name: str, value: str) -> None:
    try:
        message = compose(replace(ENVELOPE, **{name: value}))
    except Undelivered:
        return  # nothing is sent then
    honest = {header.lower() for header in compose(ENVELOPE)}
    head = message.as_bytes().split(b"\r\n\r\n")[0].replace(b"\r\n ", b" ").replace(b"\r\n\t", b" ")
    names = {line.split(b":")[0].decode().lower() for line in head.split(b"\r\n")}
    assert names == honest


@pytest.mark.unit
@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://127.0.0.1:1025", Server("127.0.0.1", 1025, False, False, None, None)),
        ("smtp://mail", Server("mail", 25, False, False, None, None)),
        ("smtps://u%40x:p%2Fw@mail", Server("mail", 465, True, False, "u@x", "p/w")),
        ("smtp://mail:587?starttls=1", Server("mail", 587, False, True, None, None)),
    ],
)
def test_the_url_says_how_to_connect(url: str, server: Server) -> None:
    assert Server.parse(url) == server
    assert "p/w" not in repr(server)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("error", "reason", "permanent"),
    [
        (smtplib.SMTPDataError(554, b"spam\r\n here"), "554 spam here", True),
        (smtplib.SMTPDataError(451, b"later"), "451 later", False),
        (smtplib.SMTPRecipientsRefused({"a": (550, b"no")}), "550 no", True),
        (smtplib.SMTPRecipientsRefused({"a": (452, b"full")}), "452 full", False),
        (smtplib.SMTPServerDisconnected("x"), "SMTPServerDisconnected", False),
        (smtplib.SMTPAuthenticationError(535, b"no"), "535 authentication refused", False),
        (TimeoutError(), "TimeoutError", False),
    ],
)
def test_only_a_servers_last_word_is_permanent(
    error: Exception, reason: str, permanent: bool
) -> None:
    failure = failure_of(error)
    assert (failure.reason, failure.permanent) == (reason, permanent)


@pytest.mark.servers
def test_a_mail_is_handed_over(smtp_url: str, postbox: Any) -> None:
    MailServer(smtp_url).send(ENVELOPE)
    taken = postbox.next()
    assert (taken["X-Envelope-To"], taken["Subject"]) == ("zoe@acme.example", ENVELOPE.subject)


@pytest.mark.servers
def test_nobody_there_is_not_the_end() -> None:
    with pytest.raises(Undelivered) as caught:
        MailServer("smtp://127.0.0.1:1").send(ENVELOPE)
    assert not caught.value.failure.permanent


# aiosmtpd does not notice that its socket speaks TLS from the first byte.
OF_THE_TEST_SERVER = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")

# --- TLS ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and certificate of a server at 127.0.0.1 that is its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    right = (data.login, data.password) == (b"guichet", b"s3cret")
    return AuthResult(success=right, handled=right)


@pytest.fixture(params=["starttls", "smtps"])
def secure(request: pytest.FixtureRequest, certificate: Path, postbox: Any) -> Iterator[str]:
    """``{login}@host:port`` of a server that wants TLS and a login."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    options: dict[str, Any] = {"authenticator": check, "auth_required": True}
    if request.param == "starttls":
        options |= {"tls_context": tls, "require_starttls": True}
    else:
        options |= {"auth_require_tls": False}
    context = tls if request.param == "smtps" else None
    controller = Controller(
        postbox, hostname="127.0.0.1", port=free_port(), ssl_context=context, **options
    )
    controller.start()
    scheme, query = ("smtps", "") if context else ("smtp", "?starttls=1")
    yield f"{scheme}://LOGIN@127.0.0.1:{controller.port}{query}"
    controller.stop()


@pytest.mark.servers
@OF_THE_TEST_SERVER
def test_a_mail_is_handed_over_by_tls_with_a_login(
    secure: str, certificate: Path, postbox: Any
) -> None:
    trust = ssl.create_default_context(cafile=str(certificate))
    MailServer(secure.replace("LOGIN", "guichet:s3cret"), trust=trust).send(ENVELOPE)
    assert postbox.next()["Subject"] == ENVELOPE.subject
    with pytest.raises(Undelivered, match="authentication refused"):
        MailServer(secure.replace("LOGIN", "guichet:wrong"), trust=trust).send(ENVELOPE)


@pytest.mark.servers
@OF_THE_TEST_SERVER
def test_a_server_nobody_vouches_for_gets_nothing(secure: str, postbox: Any) -> None:
    with pytest.raises(Undelivered, match="SSLCertVerificationError"):
        MailServer(secure.replace("LOGIN", "guichet:s3cret")).send(ENVELOPE)
    assert postbox.all() == []


@pytest.mark.servers
def test_a_server_that_cannot_starttls_gets_nothing(smtp_url: str, postbox: Any) -> None:
    with pytest.raises(Undelivered, match="does not offer"):
        MailServer(f"{smtp_url}?starttls=1").send(ENVELOPE)
    assert postbox.all() == []
