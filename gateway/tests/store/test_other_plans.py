"""What sessions and clients leave: devices, pushed requests, notices of sign-outs, endings, given
reasons, one's own data, proofs, views. No statement reads a large table from end to end."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.plans import Desk, Plans, fill

from contracts.codes import Language
from gateway.oauth.acting import acting
from gateway.store import (
    clients,
    codes,
    device_requests,
    endings,
    families,
    given_reasons,
    logout_deliveries,
    own_data,
    portal_sessions,
    pushed_requests,
    spent_quotas,
    used_proofs,
)
from gateway.store.device_requests import Decision, DeviceRow
from gateway.store.endings import EndingKind
from gateway.store.logout_deliveries import Outcome
from gateway.store.sessions import SessionRow
from servicekit.clock import SystemClock
from servicekit.db import EVERYONE, Database, Tx

pytestmark = pytest.mark.servers

NOW = SystemClock().now()
SOON, LONG_AGO = NOW + timedelta(minutes=10), NOW - timedelta(days=1)
CLIENT, CODE = "c7", "BCDFGHJK"
DIGEST, NEW, ALSO_NEW = b"d" * 32, b"n" * 32, b"m" * 32
LARGE = {
    "browser_sessions",
    "portal_sessions",
    "token_families",
    "refresh_tokens",
    "authorization_codes",
    "clients",
    "client_secrets",
    "consents",
    "device_requests",
    "device_guesses",
    "pushed_requests",
    "logout_deliveries",
    "endings",
    "given_reasons",
    "used_proofs",
    "spent_quotas",
}
FILL = """
INSERT INTO clients (client_id, name, kind, first_party, redirect_uris, post_logout_redirect_uris,
                     grants, scopes, tenants, audiences, created_at, changed_at,
                     backchannel_logout_uri)
SELECT 'c' || n, 'App', 'public', false, '{}', '{}', '{}', '{}', '{}', '{}', %(at)s, %(at)s,
       'https://app.example/bye'
  FROM generate_series(1, 4000) AS n;
INSERT INTO client_secrets (secret_id, client_id, digest, created_at)
SELECT md5(client_id)::uuid, client_id, sha256(client_id::bytea), %(at)s FROM clients;
INSERT INTO browser_sessions (session_id, digest, person_id, login, language, method, created_at,
                              auth_time, last_seen_at, expires_at)
SELECT md5('s' || n)::uuid, sha256(('cookie' || n)::bytea), md5('p' || n / 3)::uuid, 'x', 'fr',
       'portal', %(at)s, %(at)s, %(at)s, %(at)s + make_interval(mins => 10 + mod(n, 700))
  FROM generate_series(1, 4000) AS n;
INSERT INTO portal_sessions (digest, person_id, session_id, sealed_tokens, created_at, changed_at,
                             expires_at)
SELECT digest, person_id, session_id, 'x', %(at)s, %(at)s, expires_at FROM browser_sessions;
INSERT INTO token_families (family_id, client_id, person_id, session_id, scopes, auth_time,
                            created_at, expires_at)
SELECT session_id, 'c' || row_number() OVER (), person_id, session_id, '{}', %(at)s, %(at)s,
       expires_at
  FROM browser_sessions;
INSERT INTO refresh_tokens (digest, family_id, created_at, expires_at)
SELECT sha256(family_id::text::bytea), family_id, %(at)s, expires_at FROM token_families;
INSERT INTO authorization_codes (digest, family_id, client_id, redirect_uri, scopes, person_id,
                                 session_id, auth_time, code_challenge, created_at, expires_at)
SELECT sha256(family_id::text::bytea), gen_random_uuid(), client_id, 'x', '{}', person_id,
       session_id, %(at)s, repeat('x', 43), %(at)s, expires_at
  FROM token_families;
INSERT INTO consents (person_id, client_id, scopes, given_at)
SELECT person_id, client_id, '{}', %(at)s FROM token_families;
INSERT INTO device_requests (digest, user_code, family_id, client_id, scopes, interval_seconds,
                             created_at, expires_at)
SELECT digest, translate(lpad((row_number() OVER ())::text, 8, '0'), '0123456789', 'BCDFGHJKLM'),
       session_id, 'c' || row_number() OVER (), '{}', 5, %(at)s, expires_at
  FROM browser_sessions;
INSERT INTO device_guesses (person_id, failures, since)
SELECT session_id, 1, %(at)s FROM browser_sessions;
INSERT INTO pushed_requests (digest, client_id, parameters, created_at, expires_at)
SELECT digest, 'c' || row_number() OVER (), '{}', %(at)s, expires_at FROM browser_sessions;
INSERT INTO logout_deliveries (session_id, client_id, person_id, created_at, due_at, closed_at,
                               outcome)
SELECT session_id, client_id, person_id, %(at)s, %(at)s,
       CASE WHEN right(client_id, 1) <> '7' THEN %(at)s::timestamptz END,
       CASE WHEN right(client_id, 1) <> '7' THEN 'delivered' END
  FROM token_families;
INSERT INTO endings (ended_id, kind, ended_at, expires_at)
SELECT session_id::text, 'session', created_at - make_interval(secs => n), expires_at
  FROM (SELECT row_number() OVER () AS n, * FROM browser_sessions) AS s;
INSERT INTO given_reasons (session_id, about, reason, expires_at)
SELECT session_id, 'OCB0001234', 'x', expires_at FROM browser_sessions;
INSERT INTO used_proofs (digest, expires_at) SELECT digest, expires_at FROM browser_sessions;
INSERT INTO spent_quotas (holder, since, full_at)
SELECT substring(digest FOR 16), %(at)s, expires_at FROM browser_sessions
"""


@pytest.fixture
def db(new_database: Callable[..., Any], postgres_url: str) -> Iterator[Database]:
    with Database(new_database("gateway").app_url, pool_size=1, service="gateway") as made:
        fill(made, postgres_url, FILL, {"at": NOW})
        yield made


@pytest.fixture
def desk(db: Database, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(edge=None, db=db, plans=Plans(monkeypatch), large=LARGE)


def uuid_of(text: str) -> UUID:
    """The id that the rows above have for it."""
    return UUID(hashlib.md5(text.encode(), usedforsecurity=False).hexdigest())


PERSON, SESSION, GRANT = uuid_of("p2"), uuid_of("s7"), uuid_of("g")
COOKIE = hashlib.sha256(b"cookie7").digest()


def devices(tx: Tx) -> None:
    one = DeviceRow(CODE, uuid_of("f"), CLIENT, (), None, NOW, SOON)
    assert device_requests.add_device_request(tx, digest=NEW, device=one, interval=5)
    assert device_requests.find_undecided(tx, user_code=CODE, now=NOW)
    seen = SessionRow(SESSION, PERSON, "x", Language.FRENCH, "portal", None, None, *[NOW] * 4)
    decided = {"decision": Decision.ALLOWED, "scopes": (), "session": seen}
    assert device_requests.change_decision(tx, user_code=CODE, now=NOW, **decided)
    asked = {"grace": 1, "step": 5, "longest": 60}
    polled = device_requests.change_polled(tx, digest=NEW, client_id=CLIENT, now=NOW, **asked)
    assert polled is not None
    assert polled.session_id == SESSION
    assert device_requests.change_device_request_to_used(tx, digest=NEW, now=NOW)
    window = {"window_start": LONG_AGO, "now": NOW}
    assert device_requests.lock_failures(tx, person_id=SESSION, **window) == 1
    device_requests.change_failures(tx, person_id=SESSION)
    device_requests.remove_stale_device_requests(tx, expired_before=LONG_AGO)
    device_requests.remove_stale_guesses(tx, since_before=LONG_AGO)


def pushed(tx: Tx) -> None:
    one = {"digest": NEW, "client_id": CLIENT}
    pushed_requests.add_pushed_request(tx, **one, parameters={}, expires_at=SOON, now=NOW)
    opened = pushed_requests.change_pushed_request_to_opened
    assert opened(tx, **one, expires_at=SOON, now=NOW) == {}
    assert pushed_requests.find_opened_request(tx, **one, now=NOW) == {}
    assert pushed_requests.remove_pushed_request(tx, digest=NEW)
    pushed_requests.remove_stale_pushed_requests(tx, now=LONG_AGO)


def sign_outs_told(tx: Tx) -> None:
    fresh = {"family_id": uuid_of("f2"), "client_id": "c11", "person_id": PERSON}
    times = {"auth_time": NOW, "created_at": NOW, "expires_at": SOON}
    family = families.FamilyRow(**fresh, session_id=SESSION, scopes=(), **times)
    families.add_family(tx, family=family)
    logout_deliveries.add_logout_deliveries(tx, session_ids=[SESSION], now=NOW)
    claim = {"limit": 5, "first_wait": 1, "growth": 2, "now": NOW + timedelta(minutes=1)}
    one = logout_deliveries.claim_logout_deliveries(tx, **claim)[0]
    done = {"session_id": one.session_id, "client_id": one.client_id, "now": NOW}
    close = logout_deliveries.change_logout_delivery_to_closed
    close(tx, outcome=Outcome.DELIVERED, **done)
    logout_deliveries.remove_stale_logout_deliveries(tx, closed_before=LONG_AGO)
    told = {"session_ids": [SESSION], "now": NOW}
    assert families.list_applications_of(tx, **told, except_client="c12")
    assert families.change_families_of_sessions_to_ended(tx, **told) == 2


def ended(tx: Tx) -> None:
    more = {"kind": EndingKind.SESSION, "expires_at": SOON, "now": NOW}
    endings.add_endings(tx, ended_ids=[str(SESSION), "new"], **more)
    assert endings.list_endings(tx, since=NOW - timedelta(seconds=2), now=NOW)
    endings.remove_stale_endings(tx, now=LONG_AGO)


def reasons(tx: Tx) -> None:
    one = {"session_id": SESSION, "about": "OCB0001234"}
    given_reasons.change_reason(tx, **one, reason="Ticket 42", expires_at=SOON)
    assert given_reasons.find_reason(tx, **one, now=NOW) == "Ticket 42"
    given_reasons.remove_reason(tx, **one)
    given_reasons.remove_expired(tx, now=LONG_AGO)


def own(tx: Tx) -> None:
    for read in (own_data.list_sessions, own_data.list_consents, own_data.list_clients_used):
        assert read(tx, person_id=PERSON, limit=100)  # type: ignore[operator]
    own_data.remove_what_is_held(tx, person_id=PERSON)


def views(tx: Tx) -> None:
    found = portal_sessions.lock_portal_session(tx, digest=COOKIE, now=NOW)
    assert found is not None
    about = {"view_grant": GRANT, "view_tenant": "OCB0001234", "view_person": PERSON}
    view = replace(found, **about, view_ends_at=SOON, view_until=SOON)
    assert portal_sessions.change_view(tx, digest=COOKIE, new_digest=NEW, session=view, now=NOW)
    assert portal_sessions.change_views_to_over(tx, grant_id=GRANT, now=NOW) == 1
    more = {"new_digest": ALSO_NEW, "sealed_tokens": "x", "now": NOW}
    assert portal_sessions.change_portal_session(tx, digest=NEW, **more)
    assert portal_sessions.remove_portal_session(tx, digest=ALSO_NEW)
    portal_sessions.remove_portal_sessions_of(tx, session_ids=[SESSION])
    portal_sessions.remove_stale_portal_sessions(tx, now=LONG_AGO)


def applications(tx: Tx) -> None:
    assert clients.find_client(tx, client_id=CLIENT, now=NOW)
    assert clients.list_secrets(tx, client_id=CLIENT, now=NOW)
    about = {"client_id": CLIENT, "secret_id": uuid_of("s")}
    clients.add_secret(tx, **about, digest=DIGEST, now=NOW)
    clients.remove_secret(tx, **about)


def what_is_stale(tx: Tx) -> None:
    assert used_proofs.add_used_proof(tx, digest=NEW, expires_at=SOON)
    used_proofs.remove_stale_used_proofs(tx, now=LONG_AGO)
    codes.remove_stale_codes(tx, expired_before=LONG_AGO)
    families.remove_stale_families(tx, now=LONG_AGO)
    spent_quotas.remove_quota(tx, holder=DIGEST[:16])


ACTS = (devices, pushed, sign_outs_told, ended, reasons, own, views, applications, what_is_stale)


def test_no_large_table_is_read_from_end_to_end(desk: Desk) -> None:
    """But the quotas, by the sweep: migration 0007 says why they have no index for it."""
    assert desk.small() == {}
    for act in ACTS:
        with desk.watching(act.__name__), desk.db.write(acting("test"), tenant=EVERYONE) as tx:
            act(tx)
    assert desk.told() == ""
