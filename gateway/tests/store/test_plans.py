"""No statement about sessions reads a table from end to end: the plan of each is looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import psycopg
import pytest
from flask import Flask, Response, request
from tests.plans import read_whole

from contracts.codes import Language, TenantCode
from contracts.rights import Caller, CallerKind
from gateway.oauth.acting import acting
from gateway.oauth.endings import Endings
from gateway.oauth.granting import Grants
from gateway.oauth.kept_forms import KeptForms
from gateway.oauth.pending import PendingSignIns, Step
from gateway.oauth.secrecy import Successors
from gateway.oauth.sessions import Sessions, SignedIn
from gateway.own_sessions import OwnSessions
from gateway.vault import Vault
from servicekit.clock import SystemClock
from servicekit.db import EVERYONE, Database, Tx

pytestmark = pytest.mark.servers

PEOPLE = 4000
LARGE = {
    "browser_sessions",
    "portal_sessions",
    "token_families",
    "refresh_tokens",
    "authorization_codes",
    "pending_sign_ins",
    "kept_forms",
}
VAULT_KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="

FILL = """
INSERT INTO clients (client_id, name, kind, first_party, redirect_uris, post_logout_redirect_uris,
                     grants, scopes, tenants, audiences, created_at, changed_at)
VALUES ('app', 'App', 'confidential', true, '{}', '{}', '{}', '{}', '{}', '{}', %(at)s, %(at)s);
INSERT INTO browser_sessions (session_id, digest, person_id, login, language, method, created_at,
                              auth_time, last_seen_at, expires_at)
SELECT md5('s' || n)::uuid, sha256(('cookie' || n)::bytea), md5('p' || n / 3)::uuid, 'x', 'fr',
       'portal', %(at)s, %(at)s, %(at)s,
       %(at)s + make_interval(mins => 10 + mod(n, 700))
  FROM generate_series(1, %(people)s) AS n;
INSERT INTO portal_sessions (digest, person_id, session_id, sealed_tokens, created_at, changed_at,
                             expires_at)
SELECT sha256(('portal' || n)::bytea), person_id, session_id, 'x', %(at)s, %(at)s, expires_at
  FROM (SELECT row_number() OVER () AS n, * FROM browser_sessions) AS s;
INSERT INTO token_families (family_id, client_id, person_id, session_id, scopes, auth_time,
                            created_at, expires_at)
SELECT gen_random_uuid(), 'app', person_id, session_id, '{}', %(at)s, %(at)s, expires_at
  FROM browser_sessions;
INSERT INTO refresh_tokens (digest, family_id, created_at, expires_at)
SELECT sha256(('refresh' || row_number() OVER ())::text::bytea), family_id, %(at)s, expires_at
  FROM token_families;
INSERT INTO authorization_codes (digest, family_id, client_id, redirect_uri, scopes, person_id,
                                 session_id, auth_time, code_challenge, created_at, expires_at)
SELECT sha256(family_id::text::bytea), gen_random_uuid(), 'app', 'x', '{}', person_id, session_id,
       %(at)s, repeat('x', 43), %(at)s, expires_at
  FROM token_families;
INSERT INTO pending_sign_ins (digest, person_id, method, signed_in, needs, amr, proved_at,
                              expires_at)
SELECT digest, person_id, 'portal', '{}', '{password}', '{pwd}', %(at)s, expires_at
  FROM browser_sessions;
INSERT INTO kept_forms (form_id, session_id, sealed_form, created_at, expires_at)
SELECT gen_random_uuid(), session_id, 'x', %(at)s, expires_at FROM browser_sessions
"""


@pytest.fixture
def db(new_database: Callable[..., Any], postgres_url: str) -> Any:
    with Database(new_database("gateway").app_url, pool_size=4, service="gateway") as made:
        now = SystemClock().now()
        with made.write(acting("test"), tenant=EVERYONE) as tx:
            for statement in FILL.split(";"):
                tx.run(statement, {"people": PEOPLE, "at": now})
            name = tx.value("SELECT current_database()", {})
        url = urlsplit(postgres_url)._replace(path=f"/{name}").geturl()
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute("ANALYZE")
        yield made


@pytest.fixture
def scans(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Large tables read whole, each with the statement that did; the last entry counts all."""
    found: list[tuple[str, str]] = []
    original = Tx._execute

    def execute(tx: Tx, cursor: Any, sql: str, params: Any) -> Any:
        words = sql.split()[0]
        if words in ("SELECT", "UPDATE", "DELETE", "WITH") and "EXPLAIN" not in sql:
            plan = tx.value("EXPLAIN (FORMAT JSON) " + sql, params)[0]["Plan"]
            found.extend(
                (table, " ".join(sql.split())) for table in read_whole(plan) if table in LARGE
            )
        return original(tx, cursor, sql, params)

    monkeypatch.setattr(Tx, "_execute", execute)
    return found


def test_nothing_about_sessions_reads_a_table_whole(
    db: Database, scans: list[tuple[str, str]]
) -> None:
    clock, vault = SystemClock(), Vault(VAULT_KEY)
    endings = Endings(db=db, clock=clock)
    sessions = Sessions(db=db, clock=clock, endings=endings, secure=False)
    pending = PendingSignIns(db=db, clock=clock, secure=False)
    forms = KeptForms(db=db, clock=clock, vault=vault)
    grants = Grants(db=db, clock=clock, endings=endings, successors=Successors(b"k" * 32))
    own = OwnSessions(db=db, clock=clock, endings=endings, rights=None)
    with Flask(__name__).test_request_context(headers={"Cookie": "guichet_session=cookie7"}):
        session = sessions.current(request)
        assert session is not None
        sessions.prove(Response(), session, amr=("pwd",))
        sessions.find(session.session_id)
        sessions.spare(session.session_id, call_id="c")
        person = session.person_id
        caller = Caller(CallerKind.PERSON, str(person), session=str(session.session_id))
        context = replace(acting("test"), caller=caller)
        assert len(own.list_sessions(context, limit=50, cursor=None)["items"]) == 3
        form = forms.keep(session.session_id, path="/", fields=[], secrets=[])
        forms.read(session.session_id, form)
        forms.forget(session.session_id, form)
        grants.find_refresh_token("refresh7")
        app = SimpleNamespace(client_id="app")
        token = grants.usable_refresh_token("refresh7", client=app)  # type: ignore[arg-type]
        assert token is not None
        assert grants.rotate(token, "refresh7")
        assert grants.usable_refresh_token("refresh7", client=app)  # type: ignore[arg-type]
        own.end_session(context, session_id=_another(db, person, session.session_id))
        own.end_other_sessions(context)
        _sign_in_half(pending, clock)
        who = SignedIn(person_id=person, login="x", language=Language.FRENCH, method="portal")
        sessions.start(Response(), who)
        sessions.end_all(person, except_call="c", proved_before=clock.now() + timedelta(minutes=1))
        sessions.end_at(TenantCode("OCB0000001"), why="test", proved_before=clock.now())
    assert scans == []


def _another(db: Database, person_id: UUID, but: UUID) -> UUID:
    with db.read(tenant=EVERYONE) as tx:
        found: UUID = tx.value(
            "SELECT session_id FROM browser_sessions"
            " WHERE person_id = %(person)s AND session_id <> %(but)s LIMIT 1",
            {"person": person_id, "but": but},
        )
    return found


def _sign_in_half(pending: PendingSignIns, clock: SystemClock) -> None:
    response = Response()
    pending.begin(
        response,
        request,
        method="portal",
        signed_in={"person_id": "018f0000-0000-7000-8000-000000000001"},
        next_path=None,
        needs=(Step.SECOND_FACTOR, Step.PASSWORD),
        amr=("pwd",),
        proved_at=clock.now(),
    )
    cookie = response.headers["Set-Cookie"].split(";")[0]
    with Flask(__name__).test_request_context(headers={"Cookie": cookie}):
        begun = pending.current(request)
        assert begun is not None
        left = pending.satisfy(begun, Step.SECOND_FACTOR, amr=("otp",))
        assert left is not None
        pending.spare(left, call_id="c")
        assert pending.satisfy(left, Step.PASSWORD, amr=()) is not None
