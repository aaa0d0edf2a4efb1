"""The provider's own clients by the calls: registered, changed and removed by operators."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest

from contracts import gateway as calls
from contracts.codes import Language, StaffRole
from contracts.declare import Call
from contracts.registry import SCOPES
from contracts.rights import Caller, CallerKind, refusal
from gateway.dispatch import load_payload
from gateway.local_calls import LocalCalls
from gateway.oauth.client_news import NEWS, ClientNews
from gateway.parts import build_local_calls
from gateway.wire import Circumstances
from servicekit.context import new_call_id
from servicekit.db import EVERYONE
from servicekit.editions import edition_of
from servicekit.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated

pytestmark = pytest.mark.servers

PLAIN: dict[str, Any] = {
    "name": "Billing",
    "kind": "confidential",
    "grants": ["client_credentials"],
    "scopes": ["contracts.read"],
    "tenants": ["OCB0000001"],
}
CODE = {
    "grants": ["authorization_code"],
    "redirect_uris": ["https://evil.example/cb"],
}
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
POWERS: list[dict[str, Any]] = [
    {"first_party": True, **CODE},
    {"tenants": ["*"]},
    {"tenants": ["OCB0000001", "*"]},
    {"tenants": [f"OCB{number:07}" for number in range(1, 22)]},
    {"audiences": ["https://api.example"]},
    {"grants": ["client_credentials", EXCHANGE]},
]


@dataclass
class Operator:
    local: LocalCalls
    person_id: str = field(default_factory=lambda: str(uuid4()))

    def ask(self, call: Call, *, key: str | None = None, **said: Any) -> dict[str, Any]:
        caller = Caller(
            kind=CallerKind.PERSON,
            subject=self.person_id,
            scopes=frozenset(SCOPES),
            staff=frozenset({StaffRole.OPERATOR}),
        )
        assert refusal(call.right, caller) is None
        about = Circumstances(
            language=Language.FRENCH,
            call_id=new_call_id(),
            idempotency_key=key or uuid4().hex,
            reason="ticket 7",
        )
        return self.local.answer(call, said, load_payload(call, said), caller, about)

    def register(self, **said: Any) -> dict[str, Any]:
        named = {"client_id": f"own-{uuid4().hex[:12]}"}
        return self.ask(calls.register_provider_client, **(PLAIN | named | said))

    def change(self, client: dict[str, Any], **said: Any) -> dict[str, Any]:
        taken = set(calls.ChangeProviderClient().fields) - {"edition"}
        present = {name: value for name, value in client.items() if name in taken}
        edition = said.pop("edition", edition_of(client))
        return self.ask(calls.change_provider_client, **(present | said), edition=edition)


@pytest.fixture
def operator(provider: Any) -> Operator:
    parts = provider.parts
    return Operator(
        build_local_calls(
            parts.db,
            provider.clock,
            parts.endings,
            parts.own_data,
            parts.rights,
            news=ClientNews(days=(30, 7, 1)),
            private_allowed=False,
        )
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


@pytest.mark.parametrize("staff", [set(), {StaffRole.SUPPORT}, {StaffRole.AUDITOR}])
def test_operators_alone_change_what_acts_for_every_contract(staff: set[StaffRole]) -> None:
    caller = Caller(
        kind=CallerKind.PERSON,
        subject=str(uuid4()),
        scopes=frozenset(SCOPES),
        staff=frozenset(staff),
    )
    writing = [
        call
        for call in calls.GATEWAY.calls.values()
        if "provider_client" in call.name and call.effect.value != "read"
    ]
    assert len(writing) == 5
    for call in writing:
        assert refusal(call.right, caller) == "staff-only"
        assert call.step_up
        assert call.reason
    program = Caller(kind=CallerKind.CLIENT, subject="app", scopes=frozenset(SCOPES))
    assert {refusal(call.right, program) for call in writing} == {"person-only"}


def test_what_is_registered_gets_tokens_for_its_contracts(provider: Any, operator: Any) -> None:
    client = operator.register()
    assert client["secrets"] == []
    made = operator.ask(calls.add_provider_client_secret, client_id=client["client_id"])
    answer = tokens(provider, client["client_id"], made["client_secret"])
    assert answer.status_code == 200
    token = provider.parts.tokens.check(answer.json["access_token"])
    assert (token.kind, token.tenants) == (CallerKind.CLIENT, {"OCB0000001"})


@pytest.mark.parametrize(
    ("said", "field", "code"),
    [
        ({"client_id": "no spaces"}, "client_id", "invalid"),
        ({"client_id": str(uuid4())}, "client_id", "invalid"),
        ({"scopes": ["made.up"]}, "scopes", "invalid"),
        ({"tenants": ["OCB12"]}, "tenants", "invalid"),
        ({"kind": "public"}, "kind", "invalid"),
        ({"grants": ["authorization_code"]}, "redirect_uris", "required"),
        ({"jwks_uri": "https://169.254.169.254/k"}, "jwks_uri", "uri-private"),
    ],
)
def test_what_cannot_be_is_said_by_field(operator: Any, said: Any, field: str, code: str) -> None:
    assert faults(lambda: operator.register(**said)) == {field: [code]}


def test_the_portal_is_told_by_settings_and_touched_by_nobody(
    provider: Any, operator: Any, portal: Any
) -> None:
    shown = operator.ask(calls.get_provider_client, client_id="portal")
    assert shown["by_settings"] is True
    acts: list[Callable[[], object]] = [
        lambda: operator.change(shown, redirect_uris=["https://evil.example/cb"]),
        lambda: operator.ask(calls.remove_provider_client, client_id="portal"),
        lambda: operator.ask(calls.add_provider_client_secret, client_id="portal"),
        lambda: operator.ask(
            calls.remove_provider_client_secret,
            client_id="portal",
            secret_id=shown["secrets"][0]["secret_id"],
        ),
    ]
    for act in acts:
        with pytest.raises(Conflict, match="client-by-settings"):
            act()
    assert operator.ask(calls.get_provider_client, client_id="portal") == shown


def test_a_name_that_is_taken_is_not_taken_over(provider: Any, operator: Any) -> None:
    taken = provider.machine()
    with pytest.raises(Conflict, match="client-exists"):
        operator.register(client_id=taken.client_id, scopes=["staff"])
    assert provider.client_token(taken)


def test_a_tenants_application_is_none_of_the_providers(provider: Any, operator: Any) -> None:
    with provider.parts.db.write(_context(), tenant=EVERYONE) as tx:
        client_id = f"ocb0000001-{uuid4().hex[:8]}"
        tx.run(
            """
            INSERT INTO clients (client_id, owned_by, name, kind, first_party, redirect_uris,
                                 post_logout_redirect_uris, grants, scopes, tenants, audiences,
                                 created_at, changed_at)
            VALUES (%(id)s, 'OCB0000001', 'x', 'confidential', false, '{}', '{}', '{}', '{}', '{}',
                    '{}', now(), now())
            """,
            {"id": client_id},
        )
    for call in (calls.get_provider_client, calls.remove_provider_client):
        with pytest.raises(NotFound, match="client-unknown"):
            operator.ask(call, client_id=client_id)
    listed = operator.ask(calls.list_provider_clients, limit=200)["items"]
    assert client_id not in [one["client_id"] for one in listed]


def _context() -> Any:
    from gateway.oauth.acting import acting

    return acting("test")


def test_of_two_operators_who_have_read_the_same_the_second_changes_nothing(
    operator: Any,
) -> None:
    client = operator.register()
    changed = operator.change(client, name="First")
    with pytest.raises(Conflict, match="changed-meanwhile"):
        operator.change(client, name="Second")
    assert operator.ask(calls.get_provider_client, client_id=client["client_id"]) == changed


def test_a_stale_edition_is_refused_though_its_key_served_once(operator: Any) -> None:
    """The key of another call that went through is no way around what somebody else changed."""
    client, key = operator.register(), uuid4().hex
    asked = {
        **{name: client[name] for name in ("client_id", "grants", "scopes", "tenants")},
        "name": "First",
        "edition": edition_of(client),
    }
    first = operator.ask(calls.change_provider_client, key=key, **asked)
    again = operator.ask(calls.change_provider_client, key=key, **asked)
    assert again == first, "the same request gets the same answer"
    with pytest.raises(Invalid, match="idempotency-key-reused"):
        operator.ask(calls.change_provider_client, key=key, **{**asked, "name": "Second"})
    with pytest.raises(Conflict, match="changed-meanwhile"):
        operator.ask(calls.change_provider_client, **{**asked, "name": "Second"})


@pytest.mark.parametrize(
    "less",
    [
        {"tenants": []},
        {"scopes": ["users.read"]},
        {"dpop_bound_access_tokens": True},
        {"token_endpoint_auth_method": "client_secret_basic"},
    ],
)
def test_what_it_loses_its_tokens_lose_at_once(provider: Any, operator: Any, less: Any) -> None:
    client = operator.register(scopes=["contracts.read", "users.read"])
    made = operator.ask(calls.add_provider_client_secret, client_id=client["client_id"])
    raw = tokens(provider, client["client_id"], made["client_secret"]).json["access_token"]
    assert provider.parts.tokens.check(raw)
    present = operator.ask(calls.get_provider_client, client_id=client["client_id"])
    operator.change(present, **less)
    with pytest.raises(Unauthenticated):
        provider.parts.tokens.check(raw)


def test_who_has_keys_from_now_on_has_no_secret_any_more(provider: Any, operator: Any) -> None:
    client = operator.register()
    made = operator.ask(calls.add_provider_client_secret, client_id=client["client_id"])
    present = operator.ask(calls.get_provider_client, client_id=client["client_id"])
    changed = operator.change(present, jwks_uri="https://keys.example/set")
    assert changed["secrets"] == []
    assert tokens(provider, client["client_id"], made["client_secret"]).status_code == 401
    with pytest.raises(Conflict, match="client-without-secret"):
        operator.ask(calls.add_provider_client_secret, client_id=client["client_id"])


@pytest.mark.parametrize(
    ("method", "sent"), [("client_secret_basic", "post"), ("client_secret_post", "basic")]
)
def test_it_proves_itself_in_the_way_it_registered_and_no_other(
    provider: Any, operator: Any, method: str, sent: str
) -> None:
    client = operator.register(token_endpoint_auth_method=method)
    made = operator.ask(calls.add_provider_client_secret, client_id=client["client_id"])
    pair = (client["client_id"], made["client_secret"])
    form = {"grant_type": "client_credentials"}
    posted = {**form, "client_id": pair[0], "client_secret": pair[1]}
    http = provider.app.test_client()
    provider.parts.clients.forget(pair[0])
    by = {
        "basic": http.post("/oauth/token", data=form, auth=pair),
        "post": http.post("/oauth/token", data=posted),
    }
    assert by.pop(sent).status_code == 401
    assert [answer.status_code for answer in by.values()] == [200]


def test_no_secret_stands_in_the_trail_the_news_or_a_remembered_answer(
    provider: Any, operator: Any
) -> None:
    client = operator.register()
    made = operator.ask(calls.add_provider_client_secret, client_id=client["client_id"])
    with provider.parts.db.read(tenant=EVERYONE) as tx:
        kept = tx.value(
            """
            SELECT concat(
                (SELECT string_agg(details::text, '') FROM house.audit_entries),
                (SELECT string_agg(payload::text, '') FROM house.due_work),
                (SELECT string_agg(data::text, '') FROM house.outbox),
                (SELECT string_agg(answer::text, '') FROM house.idempotency_keys),
                (SELECT string_agg(encode(digest, 'escape'), '') FROM client_secrets))
            """,
            {},
        )
    assert made["client_secret"] not in kept


def test_every_act_stands_in_the_installations_trail_with_its_reason(
    provider: Any, operator: Any
) -> None:
    client = operator.register()
    client_id = client["client_id"]
    made = operator.ask(calls.add_provider_client_secret, client_id=client_id)
    operator.ask(
        calls.remove_provider_client_secret, client_id=client_id, secret_id=made["secret_id"]
    )
    operator.change(client, name="Other")
    operator.ask(calls.remove_provider_client, client_id=client_id)
    with provider.parts.db.read(tenant=EVERYONE) as tx:
        rows = tx.rows(
            """
            SELECT action, tenant, actor, reason FROM house.audit_entries
             WHERE target = %(target)s ORDER BY sequence
            """,
            {"target": f"client:{client_id}"},
            dict,
        )
    assert [row["action"] for row in rows] == [
        "oauth:client:registered",
        "oauth:secret:added",
        "oauth:secret:removed",
        "oauth:client:changed",
        "oauth:client:removed",
    ]
    told = {(row["tenant"], row["actor"], row["reason"]) for row in rows}
    assert told == {("-", operator.person_id, "ticket 7")}


def told_of(provider: Any, client: dict[str, Any]) -> list[str]:
    with provider.parts.db.read(tenant=EVERYONE) as tx:
        rows = tx.rows(
            """
            SELECT payload FROM house.due_work
             WHERE kind = %(kind)s AND payload ->> 'client_id' = %(id)s ORDER BY due_id
            """,
            {"kind": NEWS, "id": client["client_id"]},
            dict,
        )
    assert {row["payload"]["tenant"] for row in rows} == {None}
    return [row["payload"]["change"] for row in rows]


def test_operators_are_told_of_it(provider: Any, operator: Any) -> None:
    client = operator.register()
    operator.change(client, scopes=["contracts.read", "users.read"])
    assert told_of(provider, client) == ["registered", "given-more"]


@pytest.mark.parametrize("powers", POWERS)
def test_no_operator_alone_makes_a_client_that_could_be_anybody(
    operator: Any, powers: dict[str, Any]
) -> None:
    name = f"own-{uuid4().hex[:12]}"
    with pytest.raises(Forbidden, match="command-line-only"):
        operator.register(client_id=name, **powers)
    with pytest.raises(NotFound, match="client-unknown"):
        operator.ask(calls.get_provider_client, client_id=name)
    plain = operator.register()
    with pytest.raises(Forbidden, match="command-line-only"):
        operator.change(plain, **powers)
    assert operator.ask(calls.get_provider_client, client_id=plain["client_id"]) == plain


@pytest.mark.parametrize(
    "said",
    [
        {"redirect_uris": ["https://evil.example/cb"]},
        {"post_logout_redirect_uris": ["https://evil.example/"]},
        {"backchannel_logout_uri": "https://evil.example/out"},
        {"jwks_uri": "https://evil.example/keys"},
        {"token_endpoint_auth_method": "client_secret_post"},
        {"grants": ["authorization_code", "client_credentials"]},
    ],
)
def test_no_operator_alone_becomes_a_client_that_could_be_anybody(
    provider: Any, operator: Any, said: dict[str, Any]
) -> None:
    client_id = provider.register(first_party=True).client_id
    ours = operator.ask(calls.get_provider_client, client_id=client_id)
    grants = {"grants": ["authorization_code"]}
    if "grants" in said:
        ours = operator.change(ours, **grants)
    acts: list[Callable[[], object]] = [
        lambda: operator.change(ours, **said),
        lambda: operator.change(ours, first_party=False, **said),
        lambda: operator.ask(calls.add_provider_client_secret, client_id=client_id),
    ]
    for act in acts:
        with pytest.raises(Forbidden, match="command-line-only"):
            act()
    assert operator.ask(calls.get_provider_client, client_id=client_id) == ours
    assert operator.change(ours, name="Renamed")["first_party"], "the rest is theirs"


def test_a_client_of_every_contract_is_made_no_secret_but_loses_what_it_has(
    provider: Any, operator: Any
) -> None:
    client_id = provider.machine().client_id
    named = {"client_id": client_id}
    with pytest.raises(Forbidden, match="command-line-only"):
        operator.ask(calls.add_provider_client_secret, **named)
    client = operator.ask(calls.get_provider_client, **named)
    secret_id = client["secrets"][0]["secret_id"]
    client = operator.ask(calls.remove_provider_client_secret, **named, secret_id=secret_id)
    assert client["secrets"] == []
    operator.change(client, tenants=["OCB0000001"], first_party=False)
    assert operator.ask(calls.add_provider_client_secret, **named)["client_secret"]


def test_contracts_are_not_exchanged_in_a_client_of_many(provider: Any, operator: Any) -> None:
    """Else one that the command line made for some would be a way into all, some at a time."""
    some = [f"OCB{number:07}" for number in range(1, 31)]
    client_id = provider.machine(tenants=frozenset(some), first_party=False).client_id
    client = operator.ask(calls.get_provider_client, client_id=client_id)
    with pytest.raises(Forbidden, match="command-line-only"):
        operator.change(client, tenants=[*some[1:], "OCB0000777"])
    with pytest.raises(Forbidden, match="command-line-only"):
        operator.ask(calls.add_provider_client_secret, client_id=client_id)
    fewer = operator.change(client, tenants=some[:20])
    assert operator.ask(calls.add_provider_client_secret, client_id=client_id)
    assert fewer["tenants"] == some[:20]


def test_a_client_that_is_ours_no_more_keeps_nothing_nobody_agreed_to(
    provider: Any, operator: Any
) -> None:
    """Neither the token it has, nor a new one by the grant that nobody was asked about."""
    ours = provider.register(first_party=True)
    browser = provider.browser()
    browser.sign_in()
    given = browser.tokens(ours)
    assert provider.parts.tokens.check(given["access_token"])
    client = operator.ask(calls.get_provider_client, client_id=ours.client_id)
    operator.change(client, first_party=False)
    provider.parts.clients.forget(ours.client_id)
    with pytest.raises(Unauthenticated):
        provider.parts.tokens.check(given["access_token"])
    again = provider.refresh(ours, given["refresh_token"])
    assert (again.status_code, again.json["error"]) == (400, "invalid_grant")


def test_each_act_on_a_client_is_told_to_its_end(provider: Any, operator: Any) -> None:
    client = operator.register()
    named = {"client_id": client["client_id"]}
    client = operator.change(client, quota={"requests": 5, "seconds": 1})
    client = operator.change(client, name="Other")
    made = operator.ask(calls.add_provider_client_secret, **named)
    operator.ask(calls.remove_provider_client_secret, **named, secret_id=made["secret_id"])
    operator.ask(calls.remove_provider_client, **named)
    assert told_of(provider, client) == [
        "registered",
        "quota-changed",
        "changed",
        "secret-added",
        "secret-removed",
        "removed",
    ]
