"""No call about mails, no fact heard and no mail on its way reads a large table from end to end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.fernet import Fernet
from services.notifications.tests.conftest import HOUSE, NOW, FixedClock, Postbox

from contracts import identity, tenancy
from contracts import notifications as calls
from contracts.codes import TenantCode
from contracts.declare import Event
from contracts.notifications import NOTIFICATIONS
from notifications.actions.deliver_mail import Desk, deliver_next
from notifications.clients.sealing import Unsealer
from notifications.clients.smtp import MailServer
from notifications.clients.wording import Wording
from notifications.service import NotificationsService
from servicekit.context import system_context
from servicekit.db import EVERYONE, Database
from servicekit.facts import Fact
from tests import plans

pytestmark = pytest.mark.servers

MINE = TenantCode("OCB1000007")
PERSON = UUID(int=7)
LATER = NOW + timedelta(days=1)
FILL = """
INSERT INTO readers (person_id, login, email, given_name, family_name, language, as_of)
SELECT md5('p' || n)::uuid, 'x' || n, 'x@example.com', 'X', 'Y', 'fr', %(at)s
  FROM generate_series(1, 4000) AS n;
INSERT INTO tenants (tenant, name, organisation_name, region)
SELECT 'OCB1' || lpad(n::text, 6, '0'), 'Cloud', 'Company ' || n, 'eu-west-0'
  FROM generate_series(1, 4000) AS n;
INSERT INTO mails (mail_id, event_id, template, tenant, person_id, recipient, recipient_name,
                   language, subject, facts, call_id, status, next_attempt_at, created_at)
SELECT md5('m' || t.tenant || n)::uuid, gen_random_uuid(), 'portal_login_unlocked', t.tenant,
       md5('p' || n)::uuid, 'x@example.com', 'X Y', 'fr', 'x', '{}', 'c',
       CASE WHEN n %% 40 = 0 THEN 'pending' WHEN n %% 40 = 1 THEN 'dead' ELSE 'sent' END,
       %(at)s, %(at)s
  FROM tenants AS t,
       generate_series(1, CASE t.tenant WHEN 'OCB1000007' THEN 300 ELSE 2 END) AS n
"""


@pytest.fixture
def db(new_database: Callable[..., Any], postgres_url: str) -> Iterator[Database]:
    url = new_database("notifications").app_url
    with Database(url, pool_size=1, service="notifications") as made:
        plans.fill(made, postgres_url, FILL, {"at": NOW})
        yield made


@pytest.fixture
def sending(db: Database, smtp_url: str) -> Desk:
    return Desk(
        db=db,
        clock=FixedClock(NOW),
        wording=Wording(HOUSE),
        unsealer=Unsealer(Fernet.generate_key().decode(), public_url=HOUSE.public_url),
        server=MailServer(smtp_url),
        house=HOUSE,
        sender="noreply@cloudstore.example",
        real=FixedClock(datetime(2027, 1, 1, tzinfo=UTC)),  # type: ignore[arg-type]
    )


@pytest.fixture
def desk(sending: Desk, db: Database, monkeypatch: pytest.MonkeyPatch) -> plans.Desk:
    edge: Any = NotificationsService()
    post = SimpleNamespace(wake=lambda: None)
    edge.house = SimpleNamespace(db=db, clock=sending.clock, wording=sending.wording, post=post)
    large = plans.large_tables(db, but=())
    return plans.Desk(edge=edge, db=db, plans=plans.Plans(monkeypatch), large=large)


def test_no_call_no_fact_and_no_mail_reads_a_large_table_from_end_to_end(
    desk: plans.Desk, sending: Desk, postbox: Postbox
) -> None:
    assert desk.small() == {}

    def ask(call: Any, **payload: Any) -> Any:
        context = system_context(service="notifications", call=call.full_name, tenant=MINE)
        return desk.put(call, context, payload, refused=None)

    hear_of_people_and_tenants(desk)
    page = ask(calls.list_mails, tenant=MINE, limit=50)
    ask(calls.list_mails, tenant=MINE, limit=50, cursor=page["next_cursor"])
    sent = next(mail for mail in page["items"] if mail["status"] == "sent")
    ask(calls.resend_mail, tenant=MINE, mail_id=sent["mail_id"])
    ask(calls.export_person, person_id=PERSON)
    for refused in ("", "451 later", "550 never"):
        postbox.refuse = refused
        with desk.watching(f"a mail that the server answers with {refused or 'yes'}"):
            assert deliver_next(sending)
    erased = {"person_id": PERSON, "pseudonym": "erased-7"}
    hear(desk, identity.PersonErased, "on_person_erased", **erased)
    assert desk.unasked(NOTIFICATIONS) == set()
    assert desk.told() == ""


def test_what_is_read_from_end_to_end_is_told(desk: plans.Desk, db: Database) -> None:
    """Also inside a function, which no plan shows."""
    whole = "SELECT to_tsvector(template) FROM mails"
    hidden = "SELECT ndoc FROM ts_stat(%(sql)s)"
    for name, sql in (("in sight", whole), ("hidden", hidden)):
        with desk.watching(name), db.read(tenant=EVERYONE) as tx:
            tx.rows(sql, {"sql": whole}, dict)
    assert [line.split(": ")[:2] for line in desk.told().splitlines()] == [
        ["hidden", "mails"],
        ["in sight", "mails"],
    ]


def hear_of_people_and_tenants(desk: plans.Desk) -> None:
    named = {"login": "John.Doe", "given_name": "John", "family_name": "Doe", "language": "fr"}
    john = {"person_id": PERSON, "email": "john@example.com", **named}
    hear(desk, identity.PersonRegistered, "on_person_registered", **john)
    hear(desk, identity.PersonChanged, "on_person_changed", **john)
    opened = {"tenant": MINE, "name": "Cloud", "organisation_name": "X", "region": "eu-west-0"}
    hear(desk, tenancy.TenantOpened, "on_tenant_opened", **opened)
    renamed = {"tenant": MINE, "name": "Production", "renamed_at": LATER}
    hear(desk, tenancy.ContractRenamed, "on_contract_renamed", **renamed)
    unlocked = {"person_id": PERSON, "user_name": "John.Doe", "was_locked": True}
    hear(desk, identity.PortalLoginUnlocked, "on_portal_login_unlocked", **unlocked)


def hear(desk: plans.Desk, event: Event, handler: str, **data: Any) -> None:
    fact = Fact(
        id=uuid4(),
        type=event.type,
        source=event.service,
        time=LATER,
        data=data,
        call_id="c",
        context=system_context(service="notifications", call=handler),
    )
    with desk.watching(handler):
        getattr(desk.edge, handler)(fact)
