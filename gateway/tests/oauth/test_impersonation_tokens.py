"""An operator's program sees as a user does: named in ``act``, for no longer than the grant."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.codes import StaffRole, TenantCode
from contracts.declare import Refusal
from contracts.identity import open_impersonation
from contracts.rights import Grant
from gateway.oauth.impersonations import Impersonations
from gateway.oauth.views import View, grant_key
from gateway.rights import PersonRights
from gateway.tests.oauth.test_token_exchange import REFUSED, error, exchange, service
from servicekit import errors
from servicekit.errors import Conflict, NotFound, Unauthenticated

pytestmark = pytest.mark.servers

OPERATOR = UUID("0190a000-0000-7000-8000-000000000009")
SEEN = UUID("0190a000-0000-7000-8000-000000000001")
TENANT = "OCB0001234"
SCOPES = ("contracts.read", "users.read", "users.write", "account", "staff", "impersonations")


class Wire:
    """Identity knows one grant, of the operator."""

    def __init__(self) -> None:
        self.grant_id, self.seconds = str(uuid4()), 3600
        self.refusal: Exception | None = None
        self.asked = 0

    def send(self, call: Any, payload: Any, caller: Any, about: Any) -> dict[str, Any]:
        assert call is open_impersonation
        self.asked += 1
        if self.refusal is not None:
            raise self.refusal
        if dict(payload) != {"grant_id": self.grant_id, "operator_id": str(OPERATOR)}:
            raise NotFound("impersonation-unknown")
        return {
            "grant_id": self.grant_id,
            "tenant": TENANT,
            "person_id": str(SEEN),
            "ends_at": (datetime.now(UTC) + timedelta(seconds=self.seconds)).isoformat(),
            "seconds": self.seconds,
        }


class Rights:
    """Everybody is of support, until a test says otherwise."""

    def __init__(self) -> None:
        self.staff, self.enabled = frozenset({StaffRole.SUPPORT}), True
        self.second_factor_required = False

    def resolve(self, person_id: UUID, about: object) -> PersonRights:
        return PersonRights(
            person_id,
            enabled=self.enabled,
            staff=self.staff,
            tenants={},
            second_factor_required=self.second_factor_required,
        )


@pytest.fixture
def rights() -> Rights:
    return Rights()


@pytest.fixture
def wire(provider: Any, rights: Rights, monkeypatch: pytest.MonkeyPatch) -> Wire:
    wire = Wire()
    parts: Any = {"wire": wire, "rights": rights, "clock": provider.parts.clock}
    known = Impersonations(**parts)
    monkeypatch.setattr(provider.parts.server, "impersonations", known)
    return wire


@pytest.fixture
def tool(provider: Any, wire: Wire) -> Any:
    """The provider's own: what is proved to the provider is proved to it."""
    return service(provider, first_party=True, scopes=frozenset({"openid", *SCOPES}))


@pytest.fixture
def own(provider: Any) -> str:
    return signed_in(provider, OPERATOR)


def signed_in(provider: Any, person_id: UUID, *, without: str = "", **about: Any) -> str:
    browser = provider.browser()
    browser.sign_in(person_id, **about)
    scopes = frozenset({"openid", *SCOPES} - {without})
    app = provider.register(scopes=scopes, first_party=True)
    raw: str = browser.tokens(app, scope=" ".join(scopes))["access_token"]
    return raw


def looking(provider: Any, tool: Any, raw: str, wire: Wire) -> dict[str, Any]:
    response = exchange(provider, tool, raw, impersonation=wire.grant_id)
    assert response.status_code == 200, response.text
    told: dict[str, Any] = response.get_json()
    return told


def test_the_token_is_about_who_is_seen_and_names_who_looks(
    provider: Any, tool: Any, own: str, wire: Wire
) -> None:
    told = looking(provider, tool, own, wire)
    assert (told["expires_in"], told["scope"]) == (900, "contracts.read impersonations users.read")
    assert not {"refresh_token", "id_token"} & set(told)
    token = provider.parts.tokens.check(told["access_token"])
    assert (token.subject, token.act) == (str(SEEN), f"person:{OPERATOR}")
    assert token.grant == Grant(wire.grant_id, TenantCode(TENANT))
    assert token.proved_at is None
    seen = provider.post("/oauth/introspect", {"token": told["access_token"]}, tool).get_json()
    assert (seen["sub"], seen["act"]) == (str(SEEN), {"sub": f"person:{OPERATOR}"})
    assert seen["impersonation"] == {"grant": wire.grant_id, "tenant": TENANT}
    assert seen["domain"] == TENANT
    assert "impersonation" not in introspected(provider, tool, own)


def introspected(provider: Any, tool: Any, raw: str) -> dict[str, Any]:
    told: dict[str, Any] = provider.post("/oauth/introspect", {"token": raw}, tool).get_json()
    return told


@pytest.mark.parametrize("scope", ["users.write", "account", "staff", "contracts.read account"])
def test_it_holds_no_scope_that_opens_nothing_to_look_at(
    provider: Any, tool: Any, own: str, wire: Wire, scope: str
) -> None:
    """A service that looks at nothing but the scope does not take it for more."""
    refused = exchange(provider, tool, own, impersonation=wire.grant_id, scope=scope)
    assert error(refused) == (400, "invalid_scope")
    assert wire.asked == 0


def test_without_the_scope_nothing_is_opened(provider: Any, tool: Any, wire: Wire) -> None:
    raw = signed_in(provider, OPERATOR, without="impersonations")
    refused = exchange(provider, tool, raw, impersonation=wire.grant_id)
    assert error(refused) == (400, "invalid_scope")
    assert wire.asked == 0


def test_where_staff_need_a_second_factor_a_password_opens_nothing(
    provider: Any, tool: Any, own: str, wire: Wire, rights: Rights
) -> None:
    rights.second_factor_required = True
    refused = exchange(provider, tool, own, impersonation=wire.grant_id)
    assert error(refused) == (400, "insufficient_user_authentication")
    assert wire.asked == 0
    proved = signed_in(provider, OPERATOR, amr=("pwd", "otp", "mfa"))
    looking(provider, tool, proved, wire)


@pytest.mark.parametrize("lost", [{"staff": frozenset()}, {"enabled": False}])
def test_who_is_of_staff_no_more_opens_nothing(
    provider: Any, tool: Any, own: str, wire: Wire, rights: Rights, lost: dict[str, Any]
) -> None:
    vars(rights).update(lost)
    assert error(exchange(provider, tool, own, impersonation=wire.grant_id)) == REFUSED
    assert wire.asked == 0


def test_it_lives_no_longer_than_the_grant(provider: Any, tool: Any, own: str, wire: Wire) -> None:
    wire.seconds = 40
    assert looking(provider, tool, own, wire)["expires_in"] == 40


def test_it_ends_with_the_grant_and_with_the_operators_session(
    provider: Any, tool: Any, own: str, wire: Wire
) -> None:
    first = looking(provider, tool, own, wire)["access_token"]
    provider.parts.tokens.check(first)
    provider.parts.views.end(UUID(wire.grant_id))
    with pytest.raises(Unauthenticated):
        provider.parts.tokens.check(first)
    wire.grant_id = str(uuid4())
    second = looking(provider, tool, own, wire)["access_token"]
    provider.parts.sessions.end_all(OPERATOR)
    with pytest.raises(Unauthenticated):
        provider.parts.tokens.check(second)


@pytest.mark.parametrize("refusal", open_impersonation.refusals, ids=lambda one: one.code)
def test_what_is_not_open_to_him_opens_nothing(
    provider: Any, tool: Any, own: str, wire: Wire, refusal: Refusal
) -> None:
    """Whatever identity declares: a refusal more that nobody has thought of here shows."""
    wire.refusal = getattr(errors, refusal.kind)(refusal.code)
    refused = exchange(provider, tool, own, impersonation=wire.grant_id)
    assert error(refused) == REFUSED


@pytest.mark.parametrize("grant_id", ["", "x", "0190a000-0000-7000-8000-00000000dead"])
def test_an_unknown_grant_is_no_other_than_a_wrong_one(
    provider: Any, tool: Any, own: str, grant_id: str
) -> None:
    assert error(exchange(provider, tool, own, impersonation=grant_id)) == REFUSED


def test_another_operator_does_not_use_it(provider: Any, tool: Any, wire: Wire) -> None:
    other = signed_in(provider, uuid4())
    assert error(exchange(provider, tool, other, impersonation=wire.grant_id)) == REFUSED


def test_who_looks_sends_nobody_else_to_look(
    provider: Any, tool: Any, own: str, wire: Wire
) -> None:
    """Neither by the same grant again, nor as a plain hand in the user's name."""
    raw = looking(provider, tool, own, wire)["access_token"]
    assert error(exchange(provider, tool, raw, impersonation=wire.grant_id)) == REFUSED
    assert error(exchange(provider, tool, raw)) == REFUSED
    passed_on = exchange(provider, tool, own).get_json()["access_token"]
    assert error(exchange(provider, tool, passed_on, impersonation=wire.grant_id)) == REFUSED


def test_it_is_for_the_rest_face_alone(provider: Any, tool: Any, own: str, wire: Wire) -> None:
    """Whoever else takes our tokens would take it for the person; so does userinfo not."""
    asked = {"impersonation": wire.grant_id, "audience": tool.client_id}
    assert error(exchange(provider, tool, own, **asked)) == (400, "invalid_target")
    raw = looking(provider, tool, own, wire)["access_token"]
    headers = {"Authorization": f"Bearer {raw}"}
    assert provider.app.test_client().get("/oauth/userinfo", headers=headers).status_code == 403


def test_an_old_proof_is_not_enough(provider: Any, tool: Any, wire: Wire, own: str) -> None:
    token = provider.parts.tokens.check(own)
    old = replace(token, proved_at=datetime.now(UTC) - timedelta(minutes=11))
    for stale in (old, replace(token, proved_at=None)):
        with pytest.raises(Exception, match="insufficient_user_authentication"):
            provider.parts.server.impersonations.open(wire.grant_id, stale)


def test_an_application_that_is_not_the_providers_asks_in_vain(
    provider: Any, wire: Wire, own: str
) -> None:
    strange = service(provider, first_party=False)
    refused = exchange(provider, strange, own, impersonation=wire.grant_id)
    assert error(refused) == (400, "unauthorized_client")


# --- what hangs on the portal's session ---------------------------------------------------------


def opened(wire: Wire) -> dict[str, Any]:
    asked = {"grant_id": wire.grant_id, "operator_id": str(OPERATOR)}
    return wire.send(open_impersonation, asked, None, None)


@pytest.fixture
def secret(provider: Any) -> str:
    browser = provider.browser()
    session_id = browser.sign_in(OPERATOR)
    created: str = provider.parts.portal_sessions.create(
        person_id=OPERATOR, session_id=session_id, tokens={"access_token": "x"}
    )
    return created


def view_of(provider: Any, secret: str) -> View | None:
    found = provider.parts.portal_sessions.read(secret)
    assert found is not None
    view: View | None = found.view
    return view


def test_the_portals_session_has_another_secret_at_each_change(
    provider: Any, wire: Wire, secret: str
) -> None:
    assert view_of(provider, secret) is None
    fresh = provider.parts.views.begin(secret, opened(wire))
    assert provider.parts.portal_sessions.read(secret) is None
    view = view_of(provider, fresh)
    assert view is not None
    assert (view.person_id, view.tenant) == (SEEN, TENANT)
    assert not provider.parts.views.is_over(view)
    left = provider.parts.views.leave(fresh)
    assert provider.parts.portal_sessions.read(fresh) is None
    assert view_of(provider, left) is None


def test_the_grants_end_is_in_the_row_for_who_forgets_what_has_ended(
    provider: Any, wire: Wire, secret: str
) -> None:
    fresh = provider.parts.views.begin(secret, opened(wire))
    provider.parts.views.end(UUID(wire.grant_id))
    view = view_of(provider, fresh)
    assert view is not None
    assert view.until <= datetime.now(UTC)
    assert provider.parts.views.is_over(view)
    assert provider.parts.endings.has(grant_key(wire.grant_id))


def test_a_grant_that_ended_in_the_very_moment_is_not_begun(
    provider: Any, wire: Wire, secret: str
) -> None:
    provider.parts.views.end(UUID(wire.grant_id))
    with pytest.raises(Conflict, match="impersonation-not-open"):
        provider.parts.views.begin(secret, opened(wire))
    assert provider.parts.portal_sessions.read(secret) is None
