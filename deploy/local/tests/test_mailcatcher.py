import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from flask.testing import FlaskClient

from local.mailcatcher import Catcher, create_app
from local.mailstore import Caught, MailStore
from local.ports import LOOPBACK, free_port

pytestmark = pytest.mark.unit


@pytest.fixture
def store(tmp_path: Path) -> MailStore:
    return MailStore(tmp_path, kept=5)


@pytest.fixture
def page(store: MailStore) -> FlaskClient:
    return create_app(store).test_client()


def welcome(*, to: str = "John Doe <john.doe@acme.example>", number: int = 0) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Cloudstore <noreply@cloudstore.example>"
    mail["To"] = to
    mail["Subject"] = f"Bienvenue à l'espace client {number}"
    mail["Date"] = "Mon, 23 Nov 2026 10:00:00 +0100"
    mail["Message-ID"] = f"<{number}@cloudstore.example>"
    mail.set_content("Bonjour John,\nhttp://localhost:8080/links/abc_DEF-1\n")
    mail.add_alternative("<p onclick='alert(1)'>Bonjour <b>John</b></p>", subtype="html")
    return mail


def catch(store: MailStore, mail: EmailMessage, *recipients: str) -> str:
    return store.add(
        mail.as_bytes(),
        sender="bounces@cloudstore.example",
        recipients=recipients or ("john.doe@acme.example",),
    ).id


@pytest.fixture
def smtp_port(store: MailStore) -> Iterator[int]:
    port = free_port()
    server = Controller(Catcher(store), hostname=LOOPBACK, port=port, enable_SMTPUTF8=True)
    server.start()
    yield port
    server.stop()


def test_a_mail_sent_by_smtp_is_listed_as_mailpit_lists_it(
    smtp_port: int, page: FlaskClient
) -> None:
    with smtplib.SMTP(LOOPBACK, smtp_port) as smtp:
        smtp.send_message(welcome(), to_addrs=["john.doe@acme.example", "hidden@acme.example"])
    answer = page.get("/api/v1/messages").json
    assert answer is not None
    assert (answer["total"], answer["unread"], answer["messages_count"], answer["start"]) == (
        (1, 1, 1, 0)
    )
    (summary,) = answer["messages"]
    assert summary["From"] == {"Name": "Cloudstore", "Address": "noreply@cloudstore.example"}
    assert summary["To"] == [{"Name": "John Doe", "Address": "john.doe@acme.example"}]
    assert summary["Bcc"] == [{"Name": "", "Address": "hidden@acme.example"}]
    assert summary["Subject"] == "Bienvenue à l'espace client 0"
    assert summary["MessageID"] == "0@cloudstore.example"
    assert summary["Snippet"].startswith("Bonjour John,")
    assert summary["Read"] is False


def test_a_whole_message_has_text_html_and_date_and_counts_as_read(
    store: MailStore, page: FlaskClient
) -> None:
    mail_id = catch(store, welcome())
    message = page.get(f"/api/v1/message/{mail_id}").json
    assert message is not None
    assert message["Text"] == "Bonjour John,\nhttp://localhost:8080/links/abc_DEF-1\n"
    assert "<b>John</b>" in message["HTML"]
    assert message["Date"] == "2026-11-23T10:00:00+01:00"
    assert message["ReturnPath"] == "bounces@cloudstore.example"
    summaries = page.get("/api/v1/messages").json
    assert summaries is not None
    assert summaries["messages"][0]["Read"] is True


def test_latest_is_the_newest_and_absent_when_there_is_none(
    store: MailStore, page: FlaskClient
) -> None:
    assert page.get("/api/v1/message/latest").status_code == 404
    catch(store, welcome(number=1))
    newest = catch(store, welcome(number=2))
    latest = page.get("/api/v1/message/latest").json
    assert latest is not None
    assert latest["ID"] == newest


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("to:john.doe@acme.example", 1),
        ("to:JANE", 1),
        ('subject:"espace client"', 2),
        ("from:cloudstore bonjour", 2),
        ("to:nobody", 0),
        ('subject:"unfinished', 0),
    ],
)
def test_search_by_field_and_word(
    store: MailStore, page: FlaskClient, query: str, found: int
) -> None:
    catch(store, welcome(number=1))
    catch(store, welcome(to="jane.roe@acme.example", number=2), "jane.roe@acme.example")
    answer = page.get("/api/v1/search", query_string={"query": query}).json
    assert answer is not None
    assert (answer["messages_count"], answer["total"]) == (found, 2)


def test_pages_are_cut_by_start_and_limit(store: MailStore, page: FlaskClient) -> None:
    ids = [catch(store, welcome(number=number)) for number in range(4)]
    answer = page.get("/api/v1/messages?start=1&limit=2").json
    assert answer is not None
    assert [one["ID"] for one in answer["messages"]] == [ids[2], ids[1]]


def test_only_the_newest_are_kept(store: MailStore, page: FlaskClient, tmp_path: Path) -> None:
    ids = [catch(store, welcome(number=number)) for number in range(8)]
    assert [note.id for note in store.newest_first()] == ids[:2:-1]
    assert len(list(tmp_path.glob("*.eml"))) == 5


def test_a_mail_that_is_dropped_while_the_list_is_read_is_left_out(
    store: MailStore, page: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    oldest, newest = catch(store, welcome(number=1)), catch(store, welcome(number=2))
    read = store.raw

    def raw(note: Caught) -> bytes:
        store.remove([oldest])
        return read(note)

    monkeypatch.setattr(store, "raw", raw)
    listed = page.get("/api/v1/messages").get_json()["messages"]
    assert [mail["ID"] for mail in listed] == [newest]
    assert page.get(f"/api/v1/message/{oldest}").status_code == 404


def test_a_list_reads_each_mail_once_and_knows_which_were_read(
    store: MailStore, page: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail_id = catch(store, welcome())
    assert page.get("/api/v1/messages").get_json()["messages"][0]["Read"] is False
    page.get(f"/api/v1/message/{mail_id}")
    monkeypatch.setattr(store, "raw", lambda _note: pytest.fail("read again"))
    assert page.get("/api/v1/messages").get_json()["messages"][0]["Read"] is True


def test_mails_outlive_the_catcher(store: MailStore, tmp_path: Path) -> None:
    mail_id = catch(store, welcome())
    store.mark_read(store.newest_first()[0])
    again = MailStore(tmp_path)
    assert [(note.id, note.read) for note in again.newest_first()] == [(mail_id, True)]


def test_remove_some_then_all(store: MailStore, page: FlaskClient, tmp_path: Path) -> None:
    first, second, _ = (catch(store, welcome(number=number)) for number in range(3))
    page.delete("/api/v1/messages", json={"IDs": [second]})
    assert {note.id for note in store.newest_first()} >= {first}
    page.delete("/api/v1/messages")
    assert list(tmp_path.iterdir()) == []


def test_a_mail_can_neither_run_nor_fetch_anything(store: MailStore, page: FlaskClient) -> None:
    mail_id = catch(store, welcome())
    body = page.get(f"/mails/{mail_id}/body.html")
    policy = body.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert 'sandbox="allow-popups' in page.get(f"/mails/{mail_id}").text


def test_a_page_of_another_name_reads_nothing(store: MailStore, page: FlaskClient) -> None:
    catch(store, welcome())
    for name in ("evil.example", "evil.example:8025", "127.0.0.1.evil.example"):
        assert page.get("/api/v1/messages", headers={"Host": name}).status_code == 403
    for name in ("localhost:8025", "127.0.0.1:8025", "[::1]:8025", "localhost"):
        assert page.get("/api/v1/messages", headers={"Host": name}).status_code == 200


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"no headers at all",
        b"To: ,,\nFrom: @\nDate: tomorrow\n\nx",
        b"Content-Type: text/plain; charset=unheard-of\n\n\xff\xfe",
        b"Content-Type: multipart/mixed\n\nno boundary",
        b"Subject: =?utf-8?b?broken?=\n\n",
    ],
)
def test_a_malformed_mail_is_shown_all_the_same(
    store: MailStore, page: FlaskClient, raw: bytes
) -> None:
    mail_id = store.add(raw, sender="", recipients=("x@acme.example",)).id
    for path in (
        "/",
        f"/mails/{mail_id}",
        f"/mails/{mail_id}?view=source",
        f"/mails/{mail_id}/body.html",
        "/api/v1/messages",
        f"/api/v1/message/{mail_id}",
        f"/api/v1/message/{mail_id}/headers",
        f"/api/v1/message/{mail_id}/raw",
    ):
        assert page.get(path).status_code == 200, path
