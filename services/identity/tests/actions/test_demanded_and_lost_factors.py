"""Second factors that somebody demands, removes, or has lost: on real PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from services.identity.tests.actions.racing import at_once
from services.identity.tests.actions.refusing import refusal

from contracts.codes import Role, Section, StaffRole, TenantCode
from identity.actions import change_factors
from identity.actions.change_staff_rules import change_staff_rules
from identity.actions.drop_factors import reset_second_factors
from identity.actions.read_people import resolve_rights
from servicekit.db import EVERYONE
from servicekit.errors import Conflict, NotFound, Unauthenticated

pytestmark = pytest.mark.servers

TENANT = TenantCode("OCB0001234")
OTHER = TenantCode("OCB0005678")


REFUSED = Unauthenticated("second-factor-refused")


# --- rename, remove, demanded ---------------------------------------------------------------------


def test_passkeys_are_renamed_and_removed_by_their_owner_alone(
    desk: Any, authenticator: Any, person: Any
) -> None:
    passkey_id = desk.enrol_passkey(authenticator()).factors.passkeys[0].passkey_id
    mary = desk.john.invite(
        person("Mary", "Major"), {Section.USERS: Role.VISITOR}, by=desk.person_id
    )
    hers = {**desk.mine, "context": desk.john.person(mary.person_id), "passkey_id": passkey_id}
    unknown = NotFound("passkey-unknown")
    assert refusal(lambda: change_factors.rename_passkey(**hers, name="Mine")) == unknown
    assert refusal(lambda: change_factors.remove_passkey(**hers)) == unknown
    renamed = change_factors.rename_passkey(**desk.mine, passkey_id=passkey_id, name="Phone")
    assert [one.name for one in renamed.passkeys] == ["Phone"]
    left = change_factors.remove_passkey(**desk.mine, passkey_id=passkey_id)
    assert (left.count, left.recovery_codes_left) == (0, 0)
    assert refusal(lambda: desk.prove_recovery(desk.codes[0])) == REFUSED


def test_the_last_factor_stays_while_a_contract_demands_one(desk: Any, authenticator: Any) -> None:
    desk.demand()
    desk.enrol_totp()
    demanded = Conflict("second-factor-required-by", {"tenants": [TENANT]})
    assert refusal(lambda: change_factors.remove_totp(**desk.mine)) == demanded
    passkey_id = desk.enrol_passkey(authenticator()).factors.passkeys[0].passkey_id
    assert change_factors.remove_totp(**desk.mine).totp is None
    last = lambda: change_factors.remove_passkey(**desk.mine, passkey_id=passkey_id)  # noqa: E731
    assert refusal(last) == demanded
    assert refusal(lambda: change_factors.remove_totp(**desk.mine)) == NotFound("totp-unknown")


def test_two_that_remove_the_last_two_factors_at_once_leave_one(
    desk: Any, authenticator: Any
) -> None:
    desk.demand()
    desk.enrol_totp()
    passkey_id = desk.enrol_passkey(authenticator()).factors.passkeys[0].passkey_id
    given = {name: desk.mine[name] for name in desk.mine.keys() - {"db"}}
    said = at_once(
        desk.john.url,
        (change_factors.remove_totp, given),
        (change_factors.remove_passkey, {**given, "passkey_id": passkey_id}),
    )
    assert said == ["done", "second-factor-required-by"]
    assert desk.factors().count == 1


def test_what_a_contract_demands_is_asked_at_the_portal_and_at_its_own_console(desk: Any) -> None:
    assert (desk.needs()["required"], desk.needs(TENANT)["required"]) == (False, False)
    desk.demand()
    assert (desk.needs()["required"], desk.needs(TENANT)["required"]) == (True, True)
    assert desk.needs(OTHER)["required"] is False
    held = resolve_rights(
        db=desk.john.db, context=desk.john.gateway(), person_id=desk.person_id
    ).tenants
    assert [(one.tenant, one.second_factor_required) for one in held] == [(TENANT, True)]


def test_staff_must_have_one_where_the_provider_says_so(desk: Any) -> None:
    with desk.john.db.write(desk.john.gateway(), tenant=EVERYONE) as tx:
        tx.run(
            "INSERT INTO staff_roles VALUES (%(id)s, 'support', %(at)s, 'ada')",
            {"id": desk.person_id, "at": desk.john.now},
        )
    assert desk.needs()["required"] is False
    for _ in range(2):
        change_staff_rules(
            db=desk.john.db,
            context=desk.john.person(desk.person_id),
            now=desk.john.now,
            second_factor_required=True,
        )
    assert (desk.needs()["required"], desk.needs(TENANT)["required"]) == (True, False)
    rights = resolve_rights(db=desk.john.db, context=desk.john.gateway(), person_id=desk.person_id)
    assert (rights.staff, rights.second_factor_required) == ((StaffRole.SUPPORT,), True)
    told = desk.john.events("SecondFactorRuleChanged")
    assert [one["tenant"] for one in told] == [None]
    assert desk.factors().required_of_staff


def test_before_the_session_only_who_has_no_factor_enrols(desk: Any, authenticator: Any) -> None:
    secret = desk.start_totp(first_only=True).secret
    assert desk.confirm_totp(desk.code(secret=secret), first_only=True).factors.count == 1
    enrolled = Conflict("factor-enrolled")
    assert refusal(lambda: desk.start_totp(first_only=True)) == enrolled
    assert refusal(lambda: desk.start_passkey(first_only=True)) == enrolled
    answer = authenticator().make(desk.start_passkey())
    assert refusal(lambda: desk.finish_passkey(answer, first_only=True)) == enrolled


def disown_factors(desk: Any) -> Any:
    link = desk.john.fernet.decrypt(desk.john.events("FactorsChanged")[-1]["not_me_link"])
    desk.john.disown(link.decode())
    return desk.factors()


def test_it_was_not_me_ends_the_factors_that_a_password_has_enrolled_and_what_came_by_them(
    desk: Any, authenticator: Any
) -> None:
    desk.amr = frozenset({"pwd"})
    desk.enrol_passkey(authenticator())
    desk.amr = frozenset({"pwd", "hwk", "mfa"})  # by the passkey of a moment ago
    desk.enrol_passkey(authenticator())
    desk.enrol_totp()
    assert disown_factors(desk).count == 0
    assert ("portal:factors:disowned", f"person:{desk.person_id}") in desk.john.trail()


def test_it_was_not_me_leaves_older_factors_and_those_enrolled_by_one(
    desk: Any, authenticator: Any
) -> None:
    mine, new = authenticator(), authenticator()
    desk.enrol_totp()
    desk.enrol_passkey(mine)
    desk.john.pass_time(days=8)
    desk.enrol_totp()
    desk.enrol_passkey(new)
    left = disown_factors(desk)
    assert left.totp is not None
    assert [one.credential_id for one in left.passkeys] == [mine.credential_id, new.credential_id]


def test_it_was_not_me_ends_what_was_enrolled_inside_a_sign_in(desk: Any) -> None:
    secret = desk.start_totp(first_only=True).secret
    desk.confirm_totp(desk.code(secret=secret), first_only=True)
    assert disown_factors(desk).count == 0


# --- lost -----------------------------------------------------------------------------------------


@dataclass
class Lost:
    desk: Any
    mary: UUID

    def let_accept(self, at: Any) -> None:
        with self.desk.john.db.write(self.desk.john.gateway(), tenant=EVERYONE) as tx:
            tx.run(
                "UPDATE users SET accepted_at = %(at)s WHERE person_id = %(id)s",
                {"at": at, "id": self.mary},
            )

    def reset(self, person_id: UUID, **more: Any) -> Any:
        context = self.desk.john.person(
            self.desk.person_id, **{"reason": "Telephone lost, seen in person", **more}
        )
        return reset_second_factors(
            db=self.desk.john.db,
            sealer=self.desk.john.sealer,
            context=context,
            now=self.desk.john.now,
            tenant=TENANT,
            person_id=person_id,
        )


@pytest.fixture
def lost(desk: Any, person: Any) -> Lost:
    mary = desk.john.invite(
        person("Mary", "Major"), {Section.USERS: Role.VISITOR}, by=desk.person_id
    )
    hers = desk.of(mary.person_id)
    hers.enrol_totp()
    made = Lost(desk, mary.person_id)
    made.let_accept(desk.john.now)
    return made


def test_a_manager_of_users_resets_lost_factors_and_it_is_told(lost: Lost) -> None:
    lost.reset(lost.mary)
    assert lost.desk.of(lost.mary).needs() == {
        "totp": False,
        "passkey": False,
        "recovery_code": False,
        "required": False,
    }
    assert [one["person_id"] for one in lost.desk.john.events("FactorsReset")] == [str(lost.mary)]
    assert lost.desk.john.events("FactorsChanged")[-1]["change"] == "factors_reset"
    assert ("portal:factors:reset", f"person:{lost.mary}") in lost.desk.john.trail()
    reasons = lost.desk.john.rows(
        "SELECT reason FROM house.audit_entries WHERE action = 'portal:factors:reset'"
    )
    assert reasons == [{"reason": "Telephone lost, seen in person"}]
    assert refusal(lambda: lost.reset(lost.mary)) == Conflict("no-second-factor")


def test_who_never_accepted_keeps_his_factors(lost: Lost) -> None:
    lost.let_accept(None)
    assert refusal(lambda: lost.reset(lost.mary)) == Conflict("staff-support-needed")
    assert lost.desk.of(lost.mary).needs()["totp"] is True


def test_it_wants_a_reason_and_is_nothing_for_oneself(lost: Lost) -> None:
    assert refusal(lambda: lost.reset(lost.mary, reason=None)).code == "reason-required"
    lost.desk.enrol_totp()
    assert refusal(lambda: lost.reset(lost.desk.person_id)) == Conflict("not-oneself")
    assert refusal(lambda: lost.reset(uuid4())) == NotFound("user-unknown")


def test_who_belongs_elsewhere_too_or_is_staff_needs_staff_support(lost: Lost) -> None:
    john = lost.desk.john
    with john.db.write(john.gateway(), tenant=EVERYONE) as tx:
        tx.run(
            "INSERT INTO staff_roles VALUES (%(id)s, 'support', %(at)s, 'ada')",
            {"id": lost.mary, "at": john.now},
        )
    assert refusal(lambda: lost.reset(lost.mary)) == Conflict("staff-support-needed")
    with john.db.write(john.gateway(), tenant=EVERYONE) as tx:
        tx.run("DELETE FROM staff_roles", {})
        tx.run("INSERT INTO tenants VALUES (%(t)s, 'Autre', %(at)s)", {"t": OTHER, "at": john.now})
        tx.run(
            "INSERT INTO users (tenant, person_id, sort_key, search_key, joined_at)"
            " VALUES (%(t)s, %(id)s, 'x', 'x', %(at)s)",
            {"t": OTHER, "id": lost.mary, "at": john.now},
        )
    assert refusal(lambda: lost.reset(lost.mary)) == Conflict("staff-support-needed")
    assert lost.desk.of(lost.mary).needs()["totp"] is True
