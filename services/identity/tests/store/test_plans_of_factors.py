"""No call about second factors reads a large table from end to end."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import psycopg
import pytest

from contracts.codes import FactorKind
from identity.actions import change_factors, enrol_passkey, enrol_totp, passkey_sign_in
from identity.actions.drop_factors import drop_factors, drop_recent_factors
from identity.actions.prove_second_factor import prove_second_factor, start_second_factor_passkey
from identity.actions.proving import FactorTools
from identity.clients.factor_keys import FactorKeys
from identity.clients.passkeys import Passkeys
from identity.domain.attempts import Visit
from identity.domain.factors import Proof
from identity.store import factors
from servicekit.context import system_context
from servicekit.db import EVERYONE, Tx
from servicekit.errors import GuichetError

pytestmark = pytest.mark.servers

PEOPLE = 4000
LARGE = {"persons", "users", "totp_factors", "totp_enrolments", "passkeys", "recovery_codes"}
LARGE |= {"factor_challenges", "factor_guards", "entry_rules", "credentials", "sign_ins"}
FILL = """
INSERT INTO persons (id, login, login_key, email, email_key, given_name, family_name, language,
                     registered_at)
SELECT md5('p' || n)::uuid, 'Person.' || n, 'person.' || n, 'p' || n || '@example.com',
       'p' || n || '@example.com', 'P', 'F', 'fr', %(at)s
  FROM generate_series(1, %(people)s) AS n;
INSERT INTO totp_factors (person_id, sealed_secret, last_step, enrolled_at)
SELECT id, 'x', 0, %(at)s FROM persons WHERE login_key LIKE 'person.%%';
INSERT INTO totp_enrolments (person_id, sealed_secret, expires_at)
SELECT id, 'x', %(at)s FROM persons WHERE login_key LIKE 'person.%%';
INSERT INTO passkeys (id, person_id, credential_id, public_key, sign_count, name, transports,
                      backed_up, enrolled_at)
SELECT gen_random_uuid(), id, sha256(id::text::bytea), 'x', 0, 'x', '{}', false, %(at)s
  FROM persons WHERE login_key LIKE 'person.%%';
INSERT INTO recovery_codes (person_id, code_hash, issued_at)
SELECT id, sha256((id::text || n)::bytea), %(at)s
  FROM persons, generate_series(1, 5) AS n WHERE login_key LIKE 'person.%%';
INSERT INTO factor_guards (person_id) SELECT id FROM persons WHERE login_key LIKE 'person.%%';
INSERT INTO factor_challenges (purpose, bound_to, challenge, person_id, expires_at)
SELECT 'register', sha256(id::text::bytea), 'x', id, %(at)s + interval '1 day'
  FROM persons WHERE login_key LIKE 'person.%%';
INSERT INTO tenants (tenant, name, opened_at)
SELECT 'OCB1' || lpad(n::text, 6, '0'), 'T', %(at)s FROM generate_series(1, %(people)s) AS n;
INSERT INTO users (tenant, person_id, sort_key, search_key, joined_at, accepted_at)
SELECT 'OCB1' || lpad(n::text, 6, '0'), md5('p' || n)::uuid, 'x', 'x', %(at)s, %(at)s
  FROM generate_series(1, %(people)s) AS n;
INSERT INTO entry_rules (tenant, second_factor_required)
SELECT tenant, true FROM tenants WHERE tenant LIKE 'OCB1%%'
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


def scanned(plan: dict[str, Any]) -> set[str]:
    found = {plan["Relation Name"]} if plan["Node Type"] == "Seq Scan" else set()
    return found.union(*(scanned(part) for part in plan.get("Plans", [])))


def everything(john: Any) -> list[Callable[[], Any]]:
    keys = FactorKeys(john.fernet.generate_key().decode())
    passkeys = Passkeys(public_url="http://localhost:8080", brand="Cloudstore")
    tools = FactorTools(keys, passkeys, john.sealer)
    me: UUID = john.person_id()
    base = {"db": john.db, "context": john.person(me)}
    real = {**base, "tools": tools, "real_now": john.now}
    mine, visit = {**real, "person_id": me}, Visit("192.0.2.7", "Firefox")
    proving = {**mine, "now": john.now, "visit": visit}
    answer = '{"rawId": "AAAA", "response": {}}'

    def within(act: Callable[..., Any], **more: Any) -> Any:
        with john.db.write(john.gateway(), tenant=EVERYONE) as tx:
            return act(tx, person_id=me, **more)

    return [
        lambda: change_factors.get_factors(**base),
        lambda: enrol_totp.start_totp(**mine, brand="Cloudstore"),
        lambda: enrol_totp.confirm_totp(**mine, now=john.now, code="000000"),
        lambda: enrol_passkey.start_passkey(**mine, bound_to="x"),
        lambda: enrol_passkey.finish_passkey(
            **mine, now=john.now, bound_to="x", name="x", passkey=answer
        ),
        lambda: within(factors.add_totp, sealed_secret=keys.seal("A" * 32), step=1, at=john.now),
        lambda: change_factors.renew_recovery_codes(**base, tools=tools, now=john.now),
        lambda: start_second_factor_passkey(**mine, bound_to="x"),
        *(
            lambda kind=kind: prove_second_factor(
                **proving, proof=Proof(kind, code="000000", passkey=answer, bound_to="x")
            )
            for kind in FactorKind
        ),
        lambda: passkey_sign_in.start_passkey_sign_in(**real, login="person.7", bound_to="x"),
        lambda: passkey_sign_in.passkey_sign_in(
            **real, now=john.now, passkey=answer, bound_to="x", visit=visit
        ),
        lambda: change_factors.remove_totp(**base, sealer=john.sealer, now=john.now),
        lambda: within(factors.is_user_elsewhere, tenant="OCB0001234"),
        lambda: within(drop_recent_factors, now=john.now),
        lambda: within(drop_factors, sealer=john.sealer, now=john.now),
    ]


def test_no_statement_about_factors_reads_a_large_table(
    crowd: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, scans, original = [0], set(), Tx._execute

    def execute(tx: Tx, cursor: Any, sql: str, params: Any) -> Any:
        if sql.split()[0] in ("SELECT", "UPDATE", "DELETE", "INSERT") and "EXPLAIN" not in sql:
            seen[0] += 1
            plan = tx.value("EXPLAIN (FORMAT JSON) " + sql, params)[0]["Plan"]
            scans.update((table, " ".join(sql.split())) for table in scanned(plan) & LARGE)
        return original(tx, cursor, sql, params)

    monkeypatch.setattr(Tx, "_execute", execute)
    for act in everything(crowd):
        with suppress(GuichetError):  # refusals by intent: their plans count too
            act()
    assert seen[0] > 60
    assert scans == set()
