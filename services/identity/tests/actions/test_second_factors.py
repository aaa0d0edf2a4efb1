"""An authenticator app, its lock, recovery codes: on real PostgreSQL, one use each."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from services.identity.tests.actions.conftest import VISIT
from services.identity.tests.actions.racing import at_once
from services.identity.tests.actions.refusing import refusal

from contracts.codes import FactorKind, Role, Section, TenantCode
from identity.actions import change_factors
from identity.actions.prove_second_factor import Proved, prove_second_factor
from identity.domain.factors import Proof
from servicekit.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated

pytestmark = pytest.mark.servers

TENANT = TenantCode("OCB0001234")
OTHER = TenantCode("OCB0005678")


REFUSED = Unauthenticated("second-factor-refused")


# --- authenticator app ----------------------------------------------------------------------------


def test_an_app_counts_from_its_first_code(desk: Any) -> None:
    started = desk.start_totp()
    assert started.uri.startswith("otpauth://totp/Cloudstore:John.Doe?secret=" + started.secret)
    assert desk.needs()["totp"] is False
    assert refusal(lambda: desk.prove_code(desk.code(secret=started.secret))) == REFUSED
    enrolled = desk.confirm_totp(desk.code(secret=started.secret))
    assert enrolled.amr == ("otp", "mfa")
    assert len(set(enrolled.recovery_codes)) == 10
    assert desk.needs() == {
        "totp": True,
        "passkey": False,
        "recovery_code": True,
        "required": False,
    }


def test_what_is_kept_of_an_app_and_of_codes_opens_nothing(desk: Any) -> None:
    desk.enrol_totp()
    kept = str(
        desk.john.rows("SELECT sealed_secret FROM totp_factors")
        + desk.john.rows("SELECT code_hash FROM recovery_codes")
        + desk.john.rows("SELECT data FROM house.outbox")
        + desk.john.rows("SELECT details FROM house.audit_entries")
        + desk.john.rows("SELECT answer FROM house.idempotency_keys")
    )
    assert desk.secret not in kept
    assert not [code for code in desk.codes if code in kept]


def test_a_wrong_first_code_enrols_nothing_and_the_right_one_still_does(desk: Any) -> None:
    secret = desk.start_totp().secret
    refused = refusal(lambda: desk.confirm_totp("000000"))
    assert refused == Invalid("code-refused", {"fields": {"code": ["code-refused"]}})
    assert desk.factors().totp is None
    assert desk.confirm_totp(desk.code(secret=secret)).factors.totp is not None


def test_an_enrolment_waits_for_a_quarter_of_an_hour(desk: Any) -> None:
    secret = desk.start_totp().secret
    desk.real += timedelta(minutes=15)
    late = refusal(lambda: desk.confirm_totp(desk.code(secret=secret)))
    assert late == NotFound("totp-not-started")


def test_a_code_is_good_for_a_step_to_either_side(desk: Any) -> None:
    desk.enrol_totp()
    for steps in (-2, 2):
        assert refusal(lambda steps=steps: desk.prove_code(desk.code(steps=steps))) == REFUSED
    for steps in (-1, 0, 1):
        assert desk.prove_code(desk.code(steps=steps)).amr == ("otp", "mfa")


def test_the_clock_of_apps_is_real_where_that_of_the_installation_is_not(desk: Any) -> None:
    desk.enrol_totp()
    desk.john.pass_time(days=200)
    assert desk.prove_code(desk.code())


def test_a_code_is_never_accepted_twice_nor_an_older_one_after_it(desk: Any) -> None:
    desk.enrol_totp()
    older, newer = desk.code(steps=-1), desk.code()
    assert desk.prove_code(f"{newer[:3]} {newer[3:]}")
    assert refusal(lambda: desk.prove_code(newer)) == REFUSED
    assert refusal(lambda: desk.prove_code(older)) == REFUSED


def test_the_code_that_confirmed_an_app_is_used_up(desk: Any) -> None:
    desk.secret = desk.start_totp().secret
    code = desk.code()
    desk.confirm_totp(code)
    assert refusal(lambda: desk.prove_code(code)) == REFUSED


def test_of_those_who_use_one_code_at_once_in_their_processes_one_comes_in(desk: Any) -> None:
    desk.enrol_totp()
    proof = Proof(FactorKind.TOTP, code=desk.code())
    given = {name: desk.common[name] for name in desk.common.keys() - {"db"}}
    given |= {"tools": desk.tools, "now": desk.john.now, "real_now": desk.real}
    racer = (prove_second_factor, {**given, "proof": proof, "visit": VISIT})
    assert at_once(desk.john.url, racer, racer, racer) == ["done"] + ["second-factor-refused"] * 2


def test_a_new_app_replaces_the_old_one_only_when_it_has_shown_a_code(desk: Any) -> None:
    desk.enrol_totp()
    old = desk.secret
    new = desk.start_totp().secret
    assert desk.prove_code(desk.code(secret=old))
    again = desk.confirm_totp(desk.code(secret=new))
    assert again.recovery_codes == ()
    desk.real += timedelta(seconds=90)
    assert refusal(lambda: desk.prove_code(desk.code(secret=old))) == REFUSED
    assert desk.prove_code(desk.code(secret=new))


# --- a thief who knows the password ---------------------------------------------------------------


def test_a_password_alone_touches_no_factor_that_there_is(desk: Any, authenticator: Any) -> None:
    desk.enrol_totp()
    passkey_id = desk.enrol_passkey(authenticator()).factors.passkeys[0].passkey_id
    made, before = authenticator().make(desk.start_passkey()), desk.factors()
    waiting = desk.start_totp().secret
    desk.amr = frozenset({"pwd"})
    for act in (
        desk.renew,
        desk.start_totp,
        lambda: desk.confirm_totp(desk.code(secret=waiting)),
        desk.start_passkey,
        lambda: desk.finish_passkey(made),
        lambda: change_factors.remove_totp(**desk.mine),
        lambda: change_factors.remove_passkey(**desk.mine, passkey_id=passkey_id),
        lambda: change_factors.rename_passkey(**desk.mine, passkey_id=passkey_id, name="Mine"),
    ):
        assert refusal(act) == Forbidden("step-up-required", {"max_age": 600})
    assert desk.factors() == before
    assert desk.prove_recovery(desk.codes[0])


def test_only_the_first_factor_says_that_sessions_of_a_password_end(
    desk: Any, authenticator: Any
) -> None:
    desk.amr = frozenset({"pwd"})
    desk.enrol_totp()
    desk.amr = frozenset({"pwd", "otp", "mfa"})
    desk.enrol_passkey(authenticator())
    desk.enrol_totp()
    assert [one["first"] for one in desk.john.events("FactorsChanged")] == [True, False, False]


# --- the lock of the step -------------------------------------------------------------------------


def test_five_wrong_codes_lock_the_step_and_not_the_password(desk: Any) -> None:
    desk.enrol_totp()
    for _ in range(5):
        assert refusal(lambda: desk.prove_code("000000")) == REFUSED
    assert refusal(lambda: desk.prove_code(desk.code())) == REFUSED
    assert refusal(lambda: desk.prove_recovery(desk.codes[0])) == REFUSED
    assert desk.john.sign_in().login == "John.Doe"
    locked = desk.john.events("SecondFactorLocked")
    assert [datetime.fromisoformat(one["locked_until"]) for one in locked] == [
        desk.john.now + timedelta(minutes=15)
    ]
    desk.john.pass_time(minutes=15)
    assert desk.prove_code(desk.code())


def test_wrong_codes_of_long_ago_are_forgotten(desk: Any) -> None:
    desk.enrol_totp()
    for _ in range(4):
        refusal(lambda: desk.prove_code("000000"))
    desk.john.pass_time(minutes=15)
    refusal(lambda: desk.prove_code("000000"))
    assert desk.prove_code(desk.code())


def test_of_forty_wrong_codes_at_once_five_are_checked_and_all_counted(desk: Any) -> None:
    desk.enrol_totp()

    def guess(number: int) -> None:
        refusal(lambda: desk.prove_code(f"{number:06}"))

    with ThreadPoolExecutor(8) as crowd:
        list(crowd.map(guess, range(40)))
    outcomes = [
        row["outcome"]
        for row in desk.john.rows("SELECT outcome FROM sign_ins WHERE outcome LIKE 'factor-%%'")
    ]
    assert (outcomes.count("factor-wrong"), outcomes.count("factor-locked")) == (5, 35)
    assert desk.john.rows("SELECT turned_away FROM factor_guards") == [{"turned_away": 35}]


def test_somebody_without_factors_or_unknown_gets_the_same_answer(desk: Any) -> None:
    assert refusal(lambda: desk.prove_code("123456")) == REFUSED
    stranger = lambda: desk.prove(Proof(FactorKind.TOTP, code="123456"), person_id=uuid4())  # noqa: E731
    assert refusal(stranger) == REFUSED


# --- recovery codes -------------------------------------------------------------------------------


def test_a_recovery_code_works_once_however_it_is_typed(desk: Any) -> None:
    desk.enrol_totp()
    typed = desk.codes[0].lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert desk.prove_recovery(typed) == Proved(("otp", "mfa"), 9)
    assert refusal(lambda: desk.prove_recovery(desk.codes[0])) == REFUSED
    told = desk.john.events("RecoveryCodeUsed")
    assert [(one["person_id"], one["left"]) for one in told] == [(str(desk.person_id), 9)]
    assert told[0]["email"] == "john.doe@example.com"


def test_of_eight_that_use_one_recovery_code_at_once_one_comes_in(desk: Any) -> None:
    desk.enrol_totp()

    def enter(_: int) -> bool:
        try:
            desk.prove_recovery(desk.codes[3])
        except Unauthenticated:
            return False
        return True

    with ThreadPoolExecutor(8) as crowd:
        assert sum(crowd.map(enter, range(8))) == 1


def test_new_recovery_codes_end_the_older_ones(desk: Any) -> None:
    assert refusal(desk.renew) == Conflict("no-second-factor")
    desk.enrol_totp()
    renewed = desk.renew()
    assert refusal(lambda: desk.prove_recovery(desk.codes[0])) == REFUSED
    assert desk.prove_recovery(renewed[0]).recovery_codes_left == 9


def test_a_code_of_one_person_is_worth_nothing_for_another(desk: Any, person: Any) -> None:
    desk.enrol_totp()
    mary = desk.john.invite(
        person("Mary", "Major"), {Section.USERS: Role.VISITOR}, by=desk.person_id
    )
    hers = Proof(FactorKind.RECOVERY_CODE, code=desk.codes[0])
    assert refusal(lambda: desk.prove(hers, person_id=mary.person_id)) == REFUSED
