"""No call reads a large table from end to end: the plan of every statement is looked at."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import psycopg
import pytest

from contracts.codes import CredentialKind, Language, Role, Section, TenantCode
from contracts.identity import UserState
from identity.actions.answer_invitation import accept_invitation, list_own_invitations
from identity.actions.change_account import change_account
from identity.actions.change_entry_rules import change_entry_rules, get_entry_rules
from identity.actions.change_iam_user import (
    disable_iam_user,
    enable_iam_user,
    request_own_api_password_link,
    send_console_welcome_again,
)
from identity.actions.change_mail import confirm_mail_change, request_mail_change
from identity.actions.change_policies import drop_password_policy, get_password_policy
from identity.actions.change_roles import change_roles
from identity.actions.change_user import change_user
from identity.actions.disable_user import disable_user, enable_user
from identity.actions.explain_access import explain_access
from identity.actions.list_sign_ins import list_sign_ins
from identity.actions.read_people import (
    get_account,
    get_person,
    get_user,
    list_iam_users,
    list_users,
    resolve_rights,
)
from identity.actions.remove_user import leave_tenant, remove_user
from identity.actions.reset_failed_login import reset_own_failed_login
from identity.actions.send_welcome import send_welcome_again
from identity.actions.unlock_portal_login import unlock_portal_login
from identity.domain.expiry import ExpiryWindow
from identity.store import credentials, policies
from servicekit.context import system_context
from servicekit.db import EVERYONE, Tx
from servicekit.errors import Conflict, Unauthenticated

pytestmark = pytest.mark.servers

TENANT = TenantCode("OCB0001234")
PEOPLE = 4000  # in a tenant each, and 300 of them in TENANT too
LARGE = {"persons", "users", "memberships", "offices", "iam_users", "credentials", "links"}
LARGE |= {"sign_ins", "guesses", "tenants"}

FILL = """
INSERT INTO persons (id, login, login_key, login_stem, login_number, email, email_key, given_name,
                     family_name, language, registered_at)
SELECT md5('p' || n)::uuid, 'Person.' || n, 'person.' || n, 'Person.' || n, 1,
       'p' || n || '@example.com', 'p' || n || '@example.com', 'P' || n, 'F' || mod(n, 97), 'fr',
       %(at)s
  FROM generate_series(1, %(people)s) AS n;
INSERT INTO credentials (id, kind, policy_id, person_id, hash)
SELECT md5('c' || n)::uuid, 'portal', 'portal', md5('p' || n)::uuid, 'x'
  FROM generate_series(1, %(people)s) AS n;
INSERT INTO tenants (tenant, name, opened_at)
SELECT 'OCB1' || lpad(n::text, 6, '0'), 'T' || n, %(at)s FROM generate_series(1, %(people)s) AS n;
INSERT INTO users (tenant, person_id, sort_key, search_key, joined_at, accepted_at)
SELECT t.tenant, md5('p' || n)::uuid, 'f' || mod(n, 97) || ' p' || n, 'p' || n, %(at)s, %(at)s
  FROM generate_series(1, %(people)s) AS n,
       LATERAL (VALUES ('OCB1' || lpad(n::text, 6, '0')), ('OCB0001234')) AS t (tenant)
 WHERE t.tenant <> 'OCB0001234' OR n <= 300;
INSERT INTO memberships (tenant, person_id, section, role)
SELECT u.tenant, u.person_id, s.section, 'manager'
  FROM users u, (VALUES ('users'), ('dashboard'), ('invoices')) AS s (section)
    ON CONFLICT DO NOTHING;
INSERT INTO offices (tenant, office, person_id, held_since)
SELECT tenant, 'referent', person_id, %(at)s FROM users WHERE tenant <> 'OCB0001234';
INSERT INTO iam_users
       (id, tenant, person_id, user_name, user_name_key, email, email_key, created_at)
SELECT md5('i' || p.id || u.tenant)::uuid, u.tenant, p.id, p.login, p.login_key, p.email,
       p.email_key, %(at)s
  FROM users u JOIN persons p ON p.id = u.person_id
    ON CONFLICT DO NOTHING;
INSERT INTO credentials (id, kind, policy_id, person_id, iam_user_id, hash)
SELECT md5('a' || i.id)::uuid, 'api', 'api', i.person_id, i.id, 'x'
  FROM iam_users i
    ON CONFLICT DO NOTHING;
INSERT INTO links (id, token_hash, purpose, credential_id, issued_at, expires_at)
SELECT md5('l' || id)::uuid, sha256(id::text::bytea), 'reset', id, %(at)s, %(at)s
  FROM credentials WHERE hash = 'x'
    ON CONFLICT DO NOTHING;
INSERT INTO sign_ins (id, at, method, outcome, person_id, address, source)
SELECT gen_random_uuid(), %(at)s - make_interval(mins => n), 'portal',
       CASE mod(n, 3) WHEN 0 THEN 'wrong' ELSE 'accepted' END, md5('p' || mod(n, 500))::uuid,
       '192.0.2.' || mod(n, 200), '192.0.2.' || mod(n, 200)
  FROM generate_series(1, %(people)s) AS n
 WHERE mod(n, 500) > 0;
INSERT INTO guesses (id, kind, source, at)
SELECT gen_random_uuid(), 'password', '198.51.100.' || mod(n, 200),
       %(at)s - make_interval(mins => n)
  FROM generate_series(1, %(people)s) AS n
"""


@pytest.fixture
def crowd(john: Any, postgres_url: str) -> Any:
    with john.db.write(system_context(service="identity", call="test"), tenant=EVERYONE) as tx:
        for statement in FILL.split(";"):
            tx.run(statement, {"people": PEOPLE, "at": john.now})
        name = tx.value("SELECT current_database()", {})
    url = urlsplit(postgres_url)._replace(path=f"/{name}").geturl()
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute("ANALYZE")
    return john


class Plans:
    """Explains each statement in the transaction that is about to run it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.scans: list[tuple[str, str]] = []
        self.seen = 0
        original = Tx._execute
        plans = self

        def execute(tx: Tx, cursor: Any, sql: str, params: Any) -> Any:
            words = sql.split()[0]
            if words in ("SELECT", "UPDATE", "DELETE", "WITH") and "EXPLAIN" not in sql:
                plans.look(tx, sql, params)
            return original(tx, cursor, sql, params)

        monkeypatch.setattr(Tx, "_execute", execute)

    def look(self, tx: Tx, sql: str, params: Any) -> None:
        self.seen += 1
        plan = tx.value("EXPLAIN (FORMAT JSON) " + sql, params)
        for table in _scanned(plan[0]["Plan"] if isinstance(plan, list) else json.loads(plan)):
            if table in LARGE:
                self.scans.append((table, " ".join(sql.split())[:2000]))


def _scanned(plan: dict[str, Any]) -> list[str]:
    found = [plan["Relation Name"]] if plan["Node Type"] == "Seq Scan" else []
    for part in plan.get("Plans", []):
        found += _scanned(part)
    return found


def everything(john: Any) -> list[Callable[[], Any]]:
    me = john.person_id()
    other = UUID(john.rows("SELECT md5('p7')::uuid::text AS id")[0]["id"])
    acting = {"db": john.db, "context": john.person(me), "now": john.now}
    iam_user = UUID(
        john.rows("SELECT md5('i' || md5('p7')::uuid || 'OCB0001234')::uuid::text AS id")[0]["id"]
    )
    here = {"tenant": TENANT, "person_id": other}
    pages = {"tenant": TENANT, "cursor": None, "limit": 50}
    dashboard = {Section.DASHBOARD: Role.VISITOR}
    policy = {"tenant": TENANT, "kind": CredentialKind.API}
    return [
        lambda: john.sign_in(),
        lambda: john.sign_in(password="x"),
        lambda: john.web_sign_in(),
        lambda: john.api_sign_in(),
        lambda: john.api_sign_in("john.doe@example.com", "x"),
        lambda: john.do_what_is_due(),
        lambda: john.forget_password(CredentialKind.PORTAL, "John.Doe"),
        lambda: john.forget_password(CredentialKind.API, "John.Doe", TENANT),
        lambda: john.do_what_is_due(),
        lambda: john.set_password(john.token("PasswordResetRequested"), "another9sesame"),
        lambda: list_sign_ins(**acting, cursor=None, limit=50),
        lambda: unlock_portal_login(**acting, person_id=other),
        lambda: resolve_rights(db=john.db, context=john.gateway(), person_id=me),
        lambda: get_person(db=john.db, context=john.gateway(), person_id=me),
        lambda: get_account(**acting),
        lambda: change_account(**acting, language=Language.ENGLISH),
        lambda: list_users(db=john.db, context=john.gateway(), search=None, **pages),
        lambda: list_users(
            db=john.db, context=john.gateway(), search=None, state=UserState.DISABLED, **pages
        ),
        lambda: list_users(
            db=john.db, context=john.gateway(), search="f9", state=UserState.INVITED, **pages
        ),
        lambda: get_user(db=john.db, context=john.gateway(), **here),
        lambda: list_iam_users(**acting, **pages),
        lambda: list_iam_users(**acting, **pages, search="person.1"),
        lambda: change_user(**acting, **here, given_name="X", family_name="Y", mobile=None),
        lambda: disable_user(**acting, **here),
        lambda: enable_user(**acting, **here),
        lambda: disable_iam_user(**acting, tenant=TENANT, iam_user_id=iam_user),
        lambda: enable_iam_user(**acting, tenant=TENANT, iam_user_id=iam_user),
        lambda: send_console_welcome_again(
            **acting, sealer=john.sealer, tenant=TENANT, iam_user_id=iam_user
        ),
        lambda: request_own_api_password_link(
            **acting, sealer=john.sealer, iam_user_id=john.iam_user_id()
        ),
        lambda: explain_access(
            db=john.db, context=john.gateway(), act="subscriptions.place_order", **here
        ),
        lambda: explain_access(
            db=john.db, context=john.gateway(), act="tenancy.rename_contract", **here
        ),
        lambda: change_account(**acting, given_name="Jon", mobile="+33611111111"),
        lambda: request_mail_change(**acting, sealer=john.sealer, email="john@new.example"),
        lambda: confirm_mail_change(
            db=john.db,
            context=john.gateway(),
            now=john.now,
            token=john.token("MailChangeLinkIssued"),
        ),
        lambda: get_password_policy(db=john.db, context=john.gateway(), **policy),
        lambda: drop_password_policy(**acting, version=0, **policy),
        lambda: get_entry_rules(db=john.db, context=john.gateway(), tenant=TENANT),
        lambda: change_entry_rules(
            **acting,
            tenant=TENANT,
            version=0,
            second_factor_required=False,
            idle_minutes=30,
            disable_idle_days=30,
            show_last_sign_in=True,
            notice=None,
        ),
        lambda: watched(john),
        lambda: list_own_invitations(db=john.db, context=john.person(other)),
        lambda: accept_invitation(**acting, tenant=TENANT),
        lambda: leave_tenant(**acting, tenant=TENANT),
        lambda: reset_own_failed_login(**acting, iam_user_id=john.iam_user_id()),
        lambda: change_roles(**acting, sealer=john.sealer, **here, roles=dashboard),
        lambda: send_welcome_again(**acting, sealer=john.sealer, **here),
        lambda: remove_user(**acting, **here),
    ]


def watched(john: Any) -> None:
    """What the daily look at a tenant's rules and at the installation's asks."""
    window = ExpiryWindow(90, john.now)
    with john.db.read(tenant=TENANT) as tx:
        for kind in CredentialKind:
            policies.list_expiring_in_tenant(tx, tenant=TENANT, kind=kind, window=window, limit=200)
        policies.list_idle_iam_users(tx, tenant=TENANT, since=john.now, limit=200)
    with john.db.read(tenant=EVERYONE) as tx:
        for kind in CredentialKind:
            policies.list_expiring(tx, kind=kind, window=window, limit=200)
            policies.get_used_hashes(tx, credential_id=john.person_id(), limit=10)
        credentials.find_expiring_credential(tx, person_id=john.person_id(), iam_user_id=None)


def test_no_statement_of_any_call_reads_a_large_table_from_end_to_end(
    crowd: Any, person: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans = Plans(monkeypatch)
    for act in [
        *everything(crowd),
        lambda: crowd.invite(person("Jane", "Roe"), {}, by=crowd.person_id()),
    ]:
        with suppress(Unauthenticated, Conflict):  # refusals by intent: their plans count too
            act()
    assert plans.seen > 60
    found = "\n".join(f"{table}: {words}" for table, words in sorted(set(plans.scans)))
    assert found == ""
