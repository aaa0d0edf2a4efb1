"""Who loses the right to administer a client loses what he knows of it: its secret, its keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from joserfc.jwk import ECKey

from contracts import gateway as calls
from contracts import identity
from contracts.codes import Role, Section, StaffRole, TenantCode
from gateway.oauth.acting import acting
from gateway.tests.oauth.client_world import DAY, MANAGERS, World
from servicekit.context import system_context
from servicekit.db import EVERYONE
from servicekit.editions import edition_of
from servicekit.errors import Unauthenticated
from servicekit.events import Fact
from servicekit.ids import new_id

pytestmark = pytest.mark.servers


@pytest.fixture
def world(provider: Any) -> Iterator[World]:
    made = World(provider)
    yield made
    made.remove()


LOSSES = [
    (identity.TenantLeft, {"how": "removed"}),
    (identity.UserDisabled, {"accepted": True}),
    (identity.RolesChanged, {"roles": {Section.CONTRACT: Role.MANAGER}}),
]


@pytest.mark.parametrize(("event", "data"), LOSSES, ids=lambda one: getattr(one, "name", ""))
def test_tokens_end_at_once_when_who_made_the_secret_loses_the_right(
    world: World, event: Any, data: Any
) -> None:
    _, secret = world.secret(365)
    raw = world.token(secret).json["access_token"]
    assert world.provider.parts.tokens.check(raw)
    world.hear(event, tenant=world.tenant, **data)
    with pytest.raises(Unauthenticated):
        world.provider.parts.tokens.check(raw)
    world.do_due()
    [(name, told), _] = world.told()
    assert (name, told["change"]) == ("ClientAnnounced", "maker-lost-right")
    ends = datetime.fromisoformat(told["secret_ends_at"])
    assert abs(ends - world.clock.now() - 30 * DAY) < timedelta(seconds=1)
    world.clock.move(seconds=3)
    assert world.token(secret).status_code == 200, "the tenant's programs have time"
    world.clock.move(days=30)
    assert world.token(secret).status_code == 401


def test_where_no_time_is_given_the_secret_ends_with_the_right(provider: Any) -> None:
    world = World(provider, lives_on=timedelta(0))
    _, secret = world.secret(365)
    world.hear(identity.PersonErased)
    assert world.token(secret).status_code == 401


def test_what_he_loses_elsewhere_ends_nothing_here(world: World) -> None:
    _, secret = world.secret(365)
    raw = world.token(secret).json["access_token"]
    other = TenantCode.numbered(int(world.tenant[3:]) ^ 1)
    world.hear(identity.TenantLeft, tenant=other, how="removed")
    world.hear(identity.StaffRolesChanged, roles=[])
    world.hear(identity.RolesChanged, tenant=world.tenant, roles={Section.USERS: Role.MANAGER})
    assert world.provider.parts.tokens.check(raw)
    world.do_due()
    assert world.told() == []


def test_a_secret_that_ends_sooner_is_not_given_more_time(world: World) -> None:
    _, secret = world.secret(3)
    world.hear(identity.PersonDisabled)
    world.do_due()
    [(_, told), _] = [one for one in world.told() if one[0] == "ClientAnnounced"]
    ends = datetime.fromisoformat(told["secret_ends_at"])
    assert ends - world.clock.now() < 4 * DAY
    world.clock.move(days=3)
    assert world.token(secret).status_code == 401


def test_hearing_it_twice_is_hearing_it_once(world: World) -> None:
    world.secret(365)
    fact = Fact(
        id=new_id(),
        type=identity.PersonDisabled.type,
        source="/guichet/identity",
        time=world.clock.now(),
        call_id="call",
        data={"person_id": world.maker},
        context=system_context(service="gateway", call="x"),
    )
    world.leavers.hear(fact)
    world.leavers.hear(fact)
    world.do_due()
    assert len([one for one in world.told() if one[0] == "ClientAnnounced"]) == len(MANAGERS)


# --- by a staff role ----------------------------------------------------------------------------


def test_what_an_operator_made_for_a_tenant_ends_with_his_staff_role(world: World) -> None:
    _, secret = world.secret(365, as_staff=True)
    raw = world.token(secret).json["access_token"]
    world.hear(identity.StaffRolesChanged, roles=[StaffRole.SUPPORT])
    with pytest.raises(Unauthenticated):
        world.provider.parts.tokens.check(raw)
    world.do_due()
    [(_, told), _] = world.told()
    assert (told["tenant"], told["change"]) == (world.tenant, "maker-lost-right")
    world.clock.move(days=30)
    assert world.token(secret).status_code == 401


def test_who_stays_an_operator_keeps_what_he_made(world: World) -> None:
    _, secret = world.secret(365, as_staff=True)
    world.hear(identity.StaffRolesChanged, roles=[StaffRole.OPERATOR])
    world.do_due()
    assert world.told() == []
    assert world.token(secret).status_code == 200


def test_a_secret_of_before_that_was_known_ends_with_either_right(world: World) -> None:
    _, secret = world.secret(365)
    with world.db.write(acting("test"), tenant=EVERYONE) as tx:
        tx.run(
            "UPDATE client_secrets SET made_as_staff = NULL WHERE client_id = %(id)s",
            {"id": world.client_id},
        )
    world.hear(identity.StaffRolesChanged, roles=[])
    world.clock.move(days=30)
    assert world.token(secret).status_code == 401


# --- keys ---------------------------------------------------------------------------------------

KEY, OTHER = (ECKey.generate_key("P-256", {"kid": kid}) for kid in ("one", "two"))


def published(key: ECKey) -> dict[str, Any]:
    return {"keys": [key.as_dict(private=False)]}


@pytest.mark.parametrize(
    ("event", "data"),
    [*LOSSES, (identity.PersonErased, {})],
    ids=lambda one: getattr(one, "name", ""),
)
def test_keys_of_who_loses_the_right_open_a_while_and_no_longer(
    world: World, event: Any, data: Any
) -> None:
    world.set_keys(published(KEY))
    raw = world.token_by_key(KEY).json["access_token"]
    world.hear(event, **({"tenant": world.tenant, **data} if data else {}))
    with pytest.raises(Unauthenticated):
        world.provider.parts.tokens.check(raw)
    world.do_due()
    [(name, told), _] = [one for one in world.told() if one[0] == "ClientAnnounced"]
    assert (name, told["change"]) == ("ClientAnnounced", "keys-setter-lost-right")
    ends = datetime.fromisoformat(told["keys_end_at"])
    assert abs(ends - world.clock.now() - 30 * DAY) < timedelta(seconds=1)
    world.clock.move(seconds=3)
    assert world.token_by_key(KEY).status_code == 200, "the tenant's programs have time"
    world.clock.move(days=30)
    assert world.token_by_key(KEY).status_code == 401


def test_ended_keys_leave_no_other_way_in(world: World) -> None:
    """Neither a secret that might still stand there, nor no proof at all."""
    _, secret = world.secret(365)
    world.set_keys(published(KEY))
    world.hear(identity.PersonDisabled)
    world.clock.move(days=30)
    assert world.token(secret).status_code == 401
    assert world.token_by_key(OTHER).status_code == 401
    found = world.provider.parts.clients.find(world.client_id)
    assert (found.row.jwks, found.row.jwks_uri) == ({"keys": []}, None)


def test_keys_that_end_are_told_thirty_seven_and_one_day_before_and_at_their_end(
    world: World,
) -> None:
    world.set_keys(published(KEY))
    world.hear(identity.PersonDisabled)
    seen = []
    for days in (0, 1, 22, 6, 1):
        world.clock.move(days=days, seconds=1)
        world.do_due()
        seen += [(name, data.get("days")) for name, data in world.told()]
    soon = "ClientKeysExpiryApproached"
    assert [one for one in seen if one[0] != "ClientAnnounced"] == [
        *[(soon, 7)] * 2,
        *[(soon, 1)] * 2,
        *[("ClientKeysExpired", None)] * 2,
    ]


def test_keys_that_were_replaced_are_not_spoken_of_nor_ended(world: World) -> None:
    world.set_keys(published(KEY))
    world.hear(identity.PersonDisabled)
    world.maker = uuid4()
    world.set_keys(published(OTHER))
    with world.db.write(acting("test"), tenant=EVERYONE) as tx:
        tx.run(
            "UPDATE clients SET keys_expire_at = NULL WHERE client_id = %(id)s",
            {"id": world.client_id},
        )
    world.do_due()
    world.told()
    world.clock.move(days=31)
    world.do_due()
    assert world.told() == []
    assert world.token_by_key(OTHER).status_code == 200


def test_keys_that_an_operator_set_for_a_tenant_end_with_his_staff_role(world: World) -> None:
    world.set_keys(published(KEY), as_staff=True)
    world.hear(identity.StaffRolesChanged, roles=[])
    world.clock.move(days=30)
    assert world.token_by_key(KEY).status_code == 401


def test_what_he_loses_elsewhere_leaves_his_keys_here(world: World) -> None:
    world.set_keys(published(KEY))
    world.hear(identity.StaffRolesChanged, roles=[])
    other = TenantCode.numbered(int(world.tenant[3:]) ^ 1)
    world.hear(identity.TenantLeft, tenant=other, how="removed")
    world.clock.move(days=31)
    assert world.token_by_key(KEY).status_code == 200


# --- who made and set what ----------------------------------------------------------------------


def test_who_set_the_keys_is_shown_and_naming_them_again_does_not_renew_them(
    provider: Any, john: Any
) -> None:
    client = john.register(jwks=published(KEY))
    assert (client["keys_set_by"], client["keys_expire_at"]) == (john.person_id, None)
    leaver_lost(provider, john.person_id, tenant=john.tenant)
    limited = john.ask(calls.get_client, client_id=client["client_id"])
    assert limited["keys_expire_at"] is not None
    jane = replace(john, person_id=str(uuid4()))
    renamed = changed(jane, limited, name="Other")
    assert renamed["keys_expire_at"] == limited["keys_expire_at"]
    assert renamed["keys_set_by"] == john.person_id
    replaced = changed(jane, renamed, jwks=published(OTHER))
    assert (replaced["keys_set_by"], replaced["keys_expire_at"]) == (jane.person_id, None)


def test_by_which_right_an_operator_acts_in_a_tenant_is_kept(provider: Any, john: Any) -> None:
    """Who is an operator and a manager there acts as the manager."""
    both = replace(john, staff=frozenset({StaffRole.OPERATOR}), person_id=str(uuid4()))
    operator = replace(both, roles={}, person_id=str(uuid4()))
    client_id = john.register()["client_id"]
    for somebody in (both, operator):
        somebody.secret(client_id)
        leaver_lost(provider, somebody.person_id, roles=[])
    kept = {
        one["created_by"]: datetime.fromisoformat(one["expires_at"])
        for one in john.ask(calls.get_client, client_id=client_id)["secrets"]
    }
    soon = provider.clock.now() + 31 * DAY
    assert kept[operator.person_id] < soon < kept[both.person_id]


def leaver_lost(provider: Any, person_id: str, **where: Any) -> None:
    world = World(provider)
    world.maker = UUID(person_id)
    if "roles" in where:
        world.hear(identity.StaffRolesChanged, **where)
    else:
        world.hear(identity.TenantLeft, how="removed", **where)
    world.remove()


def changed(administrator: Any, client: dict[str, Any], **said: Any) -> dict[str, Any]:
    taken = set(calls.ChangeClient().fields) - {"edition", "tenant"}
    present = {name: value for name, value in client.items() if name in taken}
    edition = edition_of(client)
    answer: dict[str, Any] = administrator.ask(
        calls.change_client, **(present | said), edition=edition
    )
    return answer
