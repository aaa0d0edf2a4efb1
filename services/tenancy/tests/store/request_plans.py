"""Requests for the look at plans: many of them, and every call about them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from services.tenancy.tests.conftest import House
from services.tenancy.tests.papers import INCIDENT, TERMINATION

from contracts import tenancy as calls
from contracts.codes import Office, Role, Section, TenantCode
from contracts.rights import Caller, CallerKind
from servicekit.context import Context

MINE = TenantCode("OCB1000007")
FILL = """
INSERT INTO forms (code, version, kind, position, declaration, offered, latest, published_at)
SELECT 'form-' || n, 1, 'change', n,
       '{"code": "form", "kind": "change", "title": {"fr": "F", "en": "F"}, "description": null,
         "catalogue": null, "category": null, "asks_subject": false, "deadline_hours": 8,
         "position": 0, "offered": true, "fields": []}', true, true, %(at)s
  FROM generate_series(1, 4000) AS n;
INSERT INTO requests (number, tenant, kind, form_code, form_version, subject, answers, state, ball,
                      deadline_at, sent_at, sent_by, sent_by_kind, changed_at, outcome, done_at)
SELECT 'D9' || lpad(n::text, 6, '0'), 'OCB1' || lpad((n %% 4000 + 1)::text, 6, '0'),
       (ARRAY['change', 'incident'])[n %% 2 + 1], 'form-' || (n %% 4000 + 1), 1, 'Network', '{}',
       CASE WHEN n %% 16 > 1 THEN 'done' ELSE (ARRAY['sent', 'in_progress'])[n %% 2 + 1] END,
       CASE WHEN n %% 16 > 1 THEN NULL ELSE 'provider' END, %(at)s, %(at)s, 'person:' || n,
       'customer', %(at)s, CASE WHEN n %% 16 > 1 THEN 'fulfilled' END,
       CASE WHEN n %% 16 > 1 THEN %(at)s::timestamptz END
  FROM generate_series(1, 16000) AS n;
INSERT INTO request_entries (entry_id, tenant, number, at, act, state, author_kind, author)
SELECT md5(number)::uuid, tenant, number, %(at)s, 'send', 'sent', 'customer', sent_by FROM requests;
INSERT INTO request_beginnings (beginning, number, tenant)
SELECT beginning, number, tenant
  FROM requests, LATERAL (VALUES ('network'), ('net'), (number)) AS b (beginning)
"""


def ask_about_requests(ask: Callable[..., Any], house: House) -> None:
    ask(calls.publish_forms, forms=[INCIDENT, TERMINATION])
    for kind in (None, "change"):
        page = ask(calls.list_forms, kind=kind, limit=1)
        ask(calls.list_forms, kind=kind, limit=1, cursor=page["next_cursor"])
    ask(calls.get_form, form="incident")
    said = {"form": "incident", "subject": "Network", "answers": {"description": "Down"}}
    first, second = (send(ask, house, **said) for _ in range(2))
    ends = {
        "form": "termination",
        "answers": {"wanted-on": "2027-12-31", "resources-removed": "true"},
    }
    ask(calls.send_contract_request, by(house, calls.send_contract_request), tenant=MINE, **ends)
    for call in (calls.comment_request, calls.resolve_request, calls.reopen_request):
        ask(call, by(house, call), tenant=MINE, number=first["number"], text="Down")
    ask(
        calls.withdraw_request,
        by(house, calls.withdraw_request),
        tenant=MINE,
        number=second["number"],
    )
    ask(calls.get_request, tenant=MINE, number=first["number"])
    which = {"tenant": MINE, "number": first["number"], "limit": 1}
    entries = ask(calls.list_request_entries, **which)
    ask(calls.list_request_entries, **which, cursor=entries["next_cursor"])
    list_them(ask, house)


def send(ask: Callable[..., Any], house: House, **said: Any) -> Any:
    return ask(calls.send_request, by(house, calls.send_request), tenant=MINE, **said)


def list_them(ask: Callable[..., Any], house: House) -> None:
    name = calls.list_requests.full_name
    for context in (None, house.by_person(name, MINE, TenantCode("OCB1000008"))):
        for search in (None, "network", "net d9000006"):
            for filters in ({}, {"kind": "incident"}, {"state": "sent"}):
                page = ask(calls.list_requests, context, search=search, limit=1, **filters)
                if page["next_cursor"]:
                    later = {"cursor": page["next_cursor"], "limit": 1}
                    ask(calls.list_requests, context, search=search, **later, **filters)
        both = {"kind": "incident", "state": "in_progress", "limit": 1}
        ask(calls.list_requests, context, **both)


def by(house: House, call: Any) -> Context:
    """Who holds what all of them ask for."""
    referent = Caller(
        CallerKind.PERSON,
        str(UUID(int=7)),
        scopes=frozenset({"requests.read", "requests.write"}),
        roles={Section.SUPPORT: Role.MANAGER},
        offices=frozenset({Office.REFERENT}),
        tenant=MINE,
        tenants=frozenset({MINE}),
    )
    return house.context(referent, call.full_name)
