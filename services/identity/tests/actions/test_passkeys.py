"""Passkeys on real PostgreSQL: enrolled, proved, signed in with, and every way to cheat."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from services.identity.tests.actions.refusing import refusal
from webauthn.helpers import base64url_to_bytes

from contracts.codes import Role, Section, TenantCode
from identity.actions import change_factors
from servicekit.db import EVERYONE
from servicekit.errors import Conflict, GuichetError, Invalid, Unauthenticated

pytestmark = pytest.mark.servers

TENANT = TenantCode("OCB0001234")
OTHER = TenantCode("OCB0005678")


REFUSED = Unauthenticated("second-factor-refused")


# --- passkeys -------------------------------------------------------------------------------------


def test_a_passkey_is_enrolled_and_proves_the_second_step(desk: Any, authenticator: Any) -> None:
    soft = authenticator()
    enrolled = desk.enrol_passkey(soft)
    assert [one.name for one in enrolled.factors.passkeys] == ["Laptop"]
    assert len(enrolled.recovery_codes) == 10
    assert desk.needs()["passkey"] is True
    options = desk.start_proof()
    asked = json.loads(options)
    assert [base64url_to_bytes(one["id"]) for one in asked["allowCredentials"]] == [
        soft.credential_id
    ]
    assert desk.prove_passkey(soft.sign(options)).amr == ("hwk", "user", "mfa")


def test_a_passkey_kept_on_several_devices_is_not_called_hardware(
    desk: Any, authenticator: Any
) -> None:
    soft = authenticator(backed_up=True)
    assert desk.enrol_passkey(soft).amr == ("pop", "user", "mfa")
    assert desk.prove_passkey(soft.sign(desk.start_proof())).amr == ("pop", "user", "mfa")


def test_an_answer_serves_once_and_in_the_browser_that_asked(desk: Any, authenticator: Any) -> None:
    soft = authenticator()
    desk.enrol_passkey(soft)
    answer = soft.sign(desk.start_proof())
    assert refusal(lambda: desk.prove_passkey(answer, bound_to="another browser")) == REFUSED
    assert desk.prove_passkey(answer)
    assert refusal(lambda: desk.prove_passkey(answer)) == REFUSED


def test_a_challenge_is_good_for_its_purpose_alone_and_for_minutes(
    desk: Any, authenticator: Any
) -> None:
    soft = authenticator()
    desk.enrol_passkey(soft)
    for_sign_in = soft.sign(desk.start_sign_in())
    assert refusal(lambda: desk.prove_passkey(for_sign_in)) == REFUSED
    late = soft.sign(desk.start_proof())
    desk.real += timedelta(minutes=5)
    assert refusal(lambda: desk.prove_passkey(late)) == REFUSED


def test_a_count_that_does_not_grow_betrays_a_copied_key(desk: Any, authenticator: Any) -> None:
    soft = authenticator(sign_count=7)
    desk.enrol_passkey(soft)
    assert refusal(lambda: desk.prove_passkey(soft.sign(desk.start_proof()))) == REFUSED
    outcomes = [row["outcome"] for row in desk.john.rows("SELECT outcome FROM sign_ins")]
    assert outcomes.count("factor-copied") == 1
    assert desk.factors().passkeys[0].suspended_at == desk.john.now


def test_a_copied_passkey_opens_nothing_any_more_and_its_owner_is_told(
    desk: Any, authenticator: Any
) -> None:
    soft = authenticator(sign_count=7)
    desk.enrol_passkey(soft)
    soft.sign_count = 3
    alone = refusal(lambda: desk.sign_in(soft.sign(desk.start_sign_in())))
    soft.sign_count = 50
    assert refusal(lambda: desk.prove_passkey(soft.sign(desk.start_proof()))) == REFUSED
    again = refusal(lambda: desk.sign_in(soft.sign(desk.start_sign_in())))
    assert alone == again == Unauthenticated("sign-in-refused")
    told = [
        one for one in desk.john.events("FactorsChanged") if one["change"].endswith("suspended")
    ]
    assert [one["name"] for one in told] == ["Laptop"]
    assert "portal:passkey:suspended" in [action for action, _ in desk.john.trail()]
    assert desk.needs()["passkey"], "a copy does not get rid of the second step"
    token = desk.john.fernet.decrypt(told[0]["not_me_link"]).decode()
    assert desk.john.read_link(token).usable(desk.john.now)


def test_the_mail_of_a_lock_and_of_a_copy_at_once_both_have_a_link_that_works(
    desk: Any, authenticator: Any
) -> None:
    soft = authenticator(sign_count=7)
    desk.enrol_passkey(soft)
    for _ in range(4):
        refusal(lambda: desk.prove_code("000000"))
    refusal(lambda: desk.prove_passkey(soft.sign(desk.start_proof())))
    for event in ("SecondFactorLocked", "FactorsChanged"):
        told = desk.john.events(event)[-1]
        token = desk.john.fernet.decrypt(told["not_me_link"]).decode()
        assert desk.john.read_link(token).usable(desk.john.now)
        assert told["email"] == "john.doe@example.com"


def test_a_suspended_passkey_is_removed_and_does_not_stand_for_a_demanded_factor(
    desk: Any, authenticator: Any
) -> None:
    copied, good = authenticator(sign_count=7), authenticator()
    desk.enrol_passkey(copied)
    desk.demand()
    refusal(lambda: desk.prove_passkey(copied.sign(desk.start_proof())))
    assert desk.prove_recovery(desk.codes[0])
    [suspended] = desk.factors().passkeys
    assert desk_removes(desk, suspended).code == "second-factor-required-by"
    desk.enrol_passkey(good)
    other = next(one for one in desk.factors().passkeys if one.suspended_at is None)
    assert desk_removes(desk, other).code == "second-factor-required-by"
    left = change_factors.remove_passkey(**desk.mine, passkey_id=suspended.passkey_id)
    assert [one.passkey_id for one in left.passkeys] == [other.passkey_id]


def desk_removes(desk: Any, passkey: Any) -> GuichetError:
    return refusal(
        lambda: change_factors.remove_passkey(**desk.mine, passkey_id=passkey.passkey_id)
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://evil.example"},
        {"rp_id": "evil.example"},
        {"origin": "http://localhost:8081"},
        {"key": None},
        {"credential_id": b"another one of these"},
        {"user_id": b"0123456789abcdef"},
    ],
)
def test_a_passkey_of_elsewhere_or_another_key_proves_nothing(
    desk: Any, authenticator: Any, wrong: dict[str, Any]
) -> None:
    soft = authenticator()
    desk.enrol_passkey(soft)
    for name, value in wrong.items():
        setattr(soft, name, authenticator().key if name == "key" else value)
    assert refusal(lambda: desk.prove_passkey(soft.sign(desk.start_proof()))) == REFUSED


@pytest.mark.parametrize(
    "answer",
    ["", "{}", "[]", "null", '{"rawId": 7}', '{"rawId": "AAAA"}', "[" * 9000, '{"rawId": "*"}'],
)
def test_what_is_no_answer_at_all_is_refused_quietly(
    desk: Any, authenticator: Any, answer: str
) -> None:
    desk.enrol_passkey(authenticator())
    desk.start_proof()
    assert refusal(lambda: desk.prove_passkey(answer)) == REFUSED
    desk.start_passkey()
    refused = Invalid("passkey-refused", {"fields": {"passkey": ["passkey-refused"]}})
    assert refusal(lambda: desk.finish_passkey(answer)) == refused


def test_a_registration_of_elsewhere_is_refused(desk: Any, authenticator: Any) -> None:
    for soft in (authenticator(origin="https://evil.example"), authenticator(rp_id="evil.example")):
        answer = soft.make(desk.start_passkey())
        assert refusal(lambda answer=answer: desk.finish_passkey(answer)).code == "passkey-refused"
    spoilt = json.loads(authenticator().make(desk.start_passkey()))
    whole = spoilt["response"]["attestationObject"]
    for cut in range(0, len(whole), 17):
        spoilt["response"]["attestationObject"] = whole[:cut] + "A" + whole[cut + 1 :]
        desk.start_passkey()
        refused = refusal(lambda: desk.finish_passkey(json.dumps(spoilt)))
        assert refused.code == "passkey-refused"


def test_a_passkey_begun_in_one_session_is_ended_in_no_other(desk: Any, authenticator: Any) -> None:
    answer = authenticator().make(desk.start_passkey())
    stolen = refusal(lambda: desk.finish_passkey(answer, bound_to="another session"))
    assert stolen.code == "passkey-refused"
    assert desk.finish_passkey(answer).factors.count == 1
    assert refusal(lambda: desk.finish_passkey(answer)).code == "passkey-refused"


def test_a_passkey_is_one_persons_and_is_not_made_twice(
    desk: Any, authenticator: Any, person: Any
) -> None:
    soft = authenticator()
    desk.enrol_passkey(soft)
    known = json.loads(desk.start_passkey())["excludeCredentials"]
    assert [base64url_to_bytes(one["id"]) for one in known] == [soft.credential_id]
    again = soft.make(desk.start_passkey())
    assert refusal(lambda: desk.finish_passkey(again)) == Conflict("passkey-known")
    mary = desk.john.invite(
        person("Mary", "Major"), {Section.USERS: Role.VISITOR}, by=desk.person_id
    )
    hers = desk.of(mary.person_id)
    taken = soft.make(hers.start_passkey())
    assert refusal(lambda: hers.finish_passkey(taken)) == Conflict("passkey-known")


def test_twenty_passkeys_are_enough(desk: Any, authenticator: Any) -> None:
    for _ in range(20):
        desk.enrol_passkey(authenticator())
    assert refusal(desk.start_passkey) == Conflict("passkeys-too-many", {"most": 20})


# --- signing in with a passkey alone --------------------------------------------------------------


def test_a_passkey_that_checks_its_user_signs_in_without_a_name(
    desk: Any, authenticator: Any
) -> None:
    soft = authenticator()
    desk.enrol_passkey(soft)
    options = desk.start_sign_in()
    asked = json.loads(options)
    assert asked.get("allowCredentials", []) == []
    assert asked["userVerification"] == "required"
    signed_in = desk.sign_in(soft.sign(options))
    assert (signed_in.person_id, signed_in.login) == (desk.person_id, "John.Doe")
    assert signed_in.amr == ("hwk", "user", "mfa")


def test_one_that_does_not_check_its_user_is_a_second_factor_only(
    desk: Any, authenticator: Any
) -> None:
    soft = authenticator(verifies_user=False)
    desk.enrol_passkey(soft)
    alone = refusal(lambda: desk.sign_in(soft.sign(desk.start_sign_in())))
    assert alone == Unauthenticated("sign-in-refused")
    assert desk.prove_passkey(soft.sign(desk.start_proof()))


def test_a_passkey_is_made_such_as_signs_in_without_being_asked_for_by_its_id(desk: Any) -> None:
    asked = json.loads(desk.start_passkey())["authenticatorSelection"]
    assert asked["residentKey"] == "required"


def test_a_disabled_person_is_refused_like_everybody_refused(desk: Any, authenticator: Any) -> None:
    soft = authenticator()
    desk.enrol_passkey(soft)
    with desk.john.db.write(desk.john.gateway(), tenant=EVERYONE) as tx:
        tx.run("UPDATE persons SET enabled = false WHERE id = %(id)s", {"id": desk.person_id})
    disabled = refusal(lambda: desk.sign_in(soft.sign(desk.start_sign_in())))
    assert disabled == refusal(lambda: desk.sign_in("{}")) == Unauthenticated("sign-in-refused")


def test_who_said_it_was_not_he_first_sets_a_password(desk: Any, authenticator: Any) -> None:
    soft = authenticator()
    desk.enrol_passkey(soft)
    with desk.john.db.write(desk.john.gateway(), tenant=EVERYONE) as tx:
        tx.run(
            "UPDATE credentials SET hash = NULL WHERE person_id = %(id)s AND kind = 'portal'",
            {"id": desk.person_id},
        )
    assert refusal(lambda: desk.sign_in(soft.sign(desk.start_sign_in()))) == Unauthenticated(
        "sign-in-refused"
    )


def test_nobody_locks_a_passkey_with_wrong_answers(desk: Any, authenticator: Any) -> None:
    soft = authenticator()
    desk.enrol_passkey(soft)
    bad = authenticator(credential_id=soft.credential_id, user_id=soft.user_id)
    for _ in range(7):
        refusal(lambda: desk.sign_in(bad.sign(desk.start_sign_in())))
    assert desk.sign_in(soft.sign(desk.start_sign_in()))
    assert desk.prove_passkey(soft.sign(desk.start_proof()))


def test_challenges_nobody_answers_do_not_pile_up(desk: Any) -> None:
    for number in range(30):
        desk.start_sign_in(bound_to=f"browser {number}")
    desk.real += timedelta(minutes=6)
    for number in range(3):
        desk.start_sign_in(bound_to=f"newer browser {number}")
    assert desk.john.rows("SELECT count(*) AS n FROM factor_challenges") == [{"n": 3}]
