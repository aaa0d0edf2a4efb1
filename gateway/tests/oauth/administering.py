"""Somebody who runs the applications of one tenant, and what programs do with what he gives."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import pytest

from contracts import gateway as calls
from contracts.codes import Language, Role, Section, StaffRole, TenantCode
from contracts.declare import Call
from contracts.registry import SCOPES
from contracts.rights import Caller, CallerKind
from gateway.dispatch import load_payload
from gateway.local_calls import LocalCalls
from gateway.oauth.client_news import ClientNews
from gateway.parts import build_local_calls
from gateway.wire import Circumstances
from servicekit.context import new_call_id
from servicekit.errors import Invalid

EVERYWHERE = dict.fromkeys((Section.USERS, Section.CONTRACT, Section.SUBSCRIPTIONS), Role.MANAGER)


@dataclass
class Administrator:
    """Somebody who runs the applications of one tenant."""

    local: LocalCalls
    tenant: TenantCode
    roles: Mapping[Section, Role] = field(default_factory=lambda: dict(EVERYWHERE))
    scopes: frozenset[str] = frozenset(SCOPES)
    person_id: str = field(default_factory=lambda: str(uuid4()))
    staff: frozenset[StaffRole] = frozenset()

    def ask(self, call: Call, *, key: str | None = None, **said: Any) -> dict[str, Any]:
        payload = said if call.tenant_field is None else {"tenant": self.tenant, **said}
        caller = Caller(
            kind=CallerKind.PERSON,
            subject=self.person_id,
            scopes=self.scopes,
            tenant=self.tenant,
            roles=self.roles,
            staff=self.staff,
        )
        about = Circumstances(
            language=Language.FRENCH,
            call_id=new_call_id(),
            idempotency_key=key or uuid4().hex,
            reason="ticket 7" if self.staff else None,
        )
        return self.local.answer(call, payload, load_payload(call, payload), caller, about)

    def register(self, **said: Any) -> dict[str, Any]:
        asked = {"name": "Facturation", "kind": "service", "scopes": ["contracts.read"]}
        return self.ask(calls.register_client, **(asked | said))

    def secret(self, client_id: str, **said: Any) -> dict[str, Any]:
        return self.ask(calls.add_client_secret, client_id=client_id, **said)


def administrators_of(provider: Any) -> Callable[..., Administrator]:
    """Each of a tenant of his own."""
    parts = provider.parts
    local = build_local_calls(
        parts.db,
        provider.clock,
        parts.endings,
        parts.own_data,
        parts.rights,
        news=ClientNews(days=(30, 7, 1)),
        private_allowed=False,
    )
    return lambda **said: Administrator(
        local, **{"tenant": TenantCode.numbered(uuid4().int % 10_000_000), **said}
    )


def tokens(provider: Any, client_id: str, secret: str) -> Any:
    provider.parts.clients.forget(client_id)
    return provider.app.test_client().post(
        "/oauth/token", data={"grant_type": "client_credentials"}, auth=(client_id, secret)
    )


def faults(act: Callable[[], object]) -> dict[str, list[str]]:
    with pytest.raises(Invalid) as refused:
        act()
    found: dict[str, list[str]] = refused.value.details["fields"]
    return found


def allow(browser: Any, page: Any) -> dict[str, str]:
    """The consent page's yes, and what came back with it."""
    fields = {
        name: html.unescape(value)
        for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text)
    }
    response = browser.http.post("/oauth/consent", data={**fields, "decision": "allow"})
    assert response.status_code == 303, response.text
    return dict(parse_qsl(urlsplit(response.location).query))
