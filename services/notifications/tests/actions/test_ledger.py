from __future__ import annotations

from typing import Any

import pytest

from contracts.codes import TenantCode
from contracts.notifications import Mail, Mails
from contracts.rights import Caller, CallerKind
from notifications.actions.list_mails import list_mails
from notifications.actions.resend_mail import resend_mail
from servicekit.context import Context, deadline_in
from servicekit.db import Replayed
from servicekit.errors import Conflict, NotFound
from servicekit.ids import new_id

pytestmark = pytest.mark.servers

ACME, GLOBEX = TenantCode("OCB0000001"), TenantCode("OCB0000002")


def by_person(tenant: TenantCode, key: str | None = None) -> Context:
    return Context(
        caller=Caller(CallerKind.PERSON, "person-1", tenant=tenant),
        call="notifications.resend_mail",
        call_id="call-1",
        deadline=deadline_in(10),
        idempotency_key=key,
        request_hash="body",
    )


def resend(office: Any, mail_id: Any, *, tenant: TenantCode = ACME, key: str | None = None) -> Any:
    return resend_mail(
        db=office.db,
        context=by_person(tenant, key),
        wake=lambda: office.woken.append(1),
        now=office.clock.now(),
        real_now=office.desk.real.now(),
        tenant=tenant,
        mail_id=mail_id,
    )


def ledger(office: Any, tenant: TenantCode = ACME, limit: int = 50, cursor: Any = None) -> Any:
    return list_mails(
        db=office.db, context=by_person(tenant), tenant=tenant, limit=limit, cursor=cursor
    )


@pytest.fixture
def three(office: Any) -> Any:
    for code in (ACME, GLOBEX):
        office.tenant(code)
    reader = office.reader()
    for tenant in (ACME, ACME, ACME, GLOBEX):
        office.queue(office.welcome(reader, tenant=tenant))
    return office


def test_the_ledger_is_the_tenants_own_newest_first_in_pages(three: Any) -> None:
    first = ledger(three, limit=2)
    rest = ledger(three, limit=2, cursor=first.next_cursor)
    ids = [mail.mail_id for mail in first.items + rest.items]
    assert ids == sorted(ids, reverse=True)
    assert (len(ids), rest.next_cursor) == (3, None)
    assert len(ledger(three, GLOBEX).items) == 1


def test_answers_fit_the_contract_and_hold_no_link(three: Any) -> None:
    three.deliver()
    dumped = Mails().dump(ledger(three))
    assert Mails().load(dumped)["items"][0]["status"] == "sent"
    assert "link" not in str(dumped)
    Mail().load(Mail().dump(ledger(three).items[0]))


def test_a_mail_is_sent_again_with_the_same_link_and_another_id(three: Any) -> None:
    before = {mail["Message-ID"]: body(mail) for mail in three.deliver()}
    mail = ledger(three).items[0]
    assert resend(three, mail.mail_id).status == "pending"
    assert three.woken[-1] == 1
    [again] = three.deliver()
    assert again["Message-ID"] == f"<{mail.mail_id}.2@cloudstore.example>"
    assert body(again) in before.values()


def body(message: Any) -> str:
    return str(message.get_body(("plain",)).get_content())


def test_a_mail_given_up_is_sent_again_with_fresh_attempts(three: Any) -> None:
    three.postbox.refuse = "550 no"
    three.deliver()
    three.postbox.refuse = ""
    mail = ledger(three).items[0]
    assert (mail.status, mail.last_error) == ("dead", "550 no")
    resend(three, mail.mail_id)
    assert len(three.deliver()) == 1
    assert ledger(three).items[0].attempts == 1


def test_a_mail_under_way_is_not_sent_twice(three: Any) -> None:
    with pytest.raises(Conflict, match="mail-pending"):
        resend(three, ledger(three).items[0].mail_id)


def test_the_mail_of_another_tenant_is_unknown(three: Any) -> None:
    three.deliver()
    foreign = ledger(three, GLOBEX).items[0].mail_id
    for mail_id in (foreign, new_id()):
        with pytest.raises(NotFound, match="mail-unknown"):
            resend(three, mail_id)


def test_the_same_key_asks_once(three: Any) -> None:
    three.deliver()
    mail_id = ledger(three).items[0].mail_id
    resend(three, mail_id, key="k")
    with pytest.raises(Replayed) as replayed:
        resend(three, mail_id, key="k")
    assert replayed.value.answer["status"] == "pending"
    assert len(three.deliver()) == 1
