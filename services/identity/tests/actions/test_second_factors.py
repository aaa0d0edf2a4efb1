"""Second factors on real PostgreSQL: enrolled, proved once each, locked, lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pyotp
import pytest
from cryptography.fernet import Fernet
from webauthn.helpers import base64url_to_bytes

from contracts.codes import FactorKind, Role, Section, StaffRole, TenantCode
from identity.actions import change_factors, enrol_passkey, enrol_totp, passkey_sign_in
from identity.actions.change_staff_rules import change_staff_rules
from identity.actions.drop_factors import reset_second_factors
from identity.actions.enrolling import Enrolled
from identity.actions.prove_second_factor import (
    Proved,
    prove_second_factor,
    start_second_factor_passkey,
)
from identity.actions.proving import FactorTools
from identity.actions.read_people import resolve_rights
from identity.clients.factor_keys import FactorKeys
from identity.clients.passkeys import Passkeys
from identity.domain.attempts import Visit
from identity.domain.factors import Proof
from servicekit.db import EVERYONE
from servicekit.errors import Conflict, GuichetError, Invalid, NotFound, Unauthenticated

pytestmark = pytest.mark.servers

TENANT = TenantCode("OCB0001234")
OTHER = TenantCode("OCB0005678")
BROWSER = "what only this browser has"
VISIT = Visit(address="192.0.2.7", device="Firefox")
REAL = datetime(2026, 11, 23, 12, 0, 5, tzinfo=UTC)


@dataclass
class Desk:
    """John's second factors, with real time in hand: that of his telephone."""

    john: Any
    tools: FactorTools
    person_id: UUID
    real: datetime = REAL
    secret: str = ""
    codes: tuple[str, ...] = ()

    @property
    def common(self) -> dict[str, Any]:
        return {"db": self.john.db, "context": self.john.gateway(), "person_id": self.person_id}

    @property
    def mine(self) -> dict[str, Any]:
        return {
            "db": self.john.db,
            "context": self.john.person(self.person_id),
            "now": self.john.now,
            "sealer": self.john.sealer,
        }

    def renew(self) -> tuple[str, ...]:
        acting = {name: self.mine[name] for name in ("db", "context", "now")}
        return change_factors.renew_recovery_codes(**acting, tools=self.tools)["recovery_codes"]

    def code(self, *, steps: int = 0, secret: str | None = None) -> str:
        at = self.real + timedelta(seconds=30 * steps)
        return pyotp.TOTP(secret or self.secret).at(at)

    def start_totp(self, **more: Any) -> enrol_totp.StartedTotp:
        return enrol_totp.start_totp(
            **self.common, tools=self.tools, brand="Cloudstore", real_now=self.real, **more
        )

    def confirm_totp(self, code: str, **more: Any) -> Enrolled:
        return enrol_totp.confirm_totp(
            **self.common,
            tools=self.tools,
            now=self.john.now,
            real_now=self.real,
            code=code,
            **more,
        )

    def enrol_totp(self) -> Enrolled:
        self.secret = self.start_totp().secret
        enrolled = self.confirm_totp(self.code())
        self.codes = enrolled.recovery_codes or self.codes
        self.real += timedelta(seconds=90)  # the code that confirmed it is used up
        return enrolled

    def start_passkey(self, bound_to: str = BROWSER, **more: Any) -> str:
        return enrol_passkey.start_passkey(
            **self.common, tools=self.tools, real_now=self.real, bound_to=bound_to, **more
        )["options"]

    def finish_passkey(self, answer: str, bound_to: str = BROWSER, **more: Any) -> Enrolled:
        return enrol_passkey.finish_passkey(
            **self.common,
            tools=self.tools,
            now=self.john.now,
            real_now=self.real,
            bound_to=bound_to,
            name=more.pop("name", "Laptop"),
            passkey=answer,
            **more,
        )

    def enrol_passkey(self, soft: Any, **more: Any) -> Enrolled:
        enrolled = self.finish_passkey(soft.make(self.start_passkey()), **more)
        self.codes = enrolled.recovery_codes or self.codes
        return enrolled

    def prove(self, proof: Proof, **more: Any) -> Proved:
        return prove_second_factor(
            **{**self.common, **more},
            tools=self.tools,
            now=self.john.now,
            real_now=self.real,
            proof=proof,
            visit=VISIT,
        )

    def prove_code(self, code: str) -> Proved:
        return self.prove(Proof(FactorKind.TOTP, code=code))

    def prove_recovery(self, code: str) -> Proved:
        return self.prove(Proof(FactorKind.RECOVERY_CODE, code=code))

    def start_proof(self, bound_to: str = BROWSER) -> str:
        return start_second_factor_passkey(
            **self.common, tools=self.tools, real_now=self.real, bound_to=bound_to
        )["options"]

    def prove_passkey(self, answer: str, bound_to: str = BROWSER) -> Proved:
        return self.prove(Proof(FactorKind.PASSKEY, passkey=answer, bound_to=bound_to))

    def start_sign_in(self, login: str | None = None, bound_to: str = BROWSER) -> str:
        return passkey_sign_in.start_passkey_sign_in(
            db=self.john.db,
            tools=self.tools,
            context=self.john.gateway(),
            real_now=self.real,
            login=login,
            bound_to=bound_to,
        )["options"]

    def sign_in(self, answer: str, bound_to: str = BROWSER) -> passkey_sign_in.PasskeySignedIn:
        return passkey_sign_in.passkey_sign_in(
            db=self.john.db,
            tools=self.tools,
            context=self.john.gateway(),
            now=self.john.now,
            real_now=self.real,
            passkey=answer,
            bound_to=bound_to,
            visit=VISIT,
        )

    def factors(self) -> Any:
        return change_factors.get_factors(db=self.john.db, context=self.john.person(self.person_id))

    def demand(self, tenant: TenantCode = TENANT) -> None:
        with self.john.db.write(self.john.gateway(), tenant=EVERYONE) as tx:
            tx.run(
                "INSERT INTO entry_rules (tenant, second_factor_required) VALUES (%(t)s, true)",
                {"t": tenant},
            )

    def needs(self, domain: str | None = None) -> dict[str, Any]:
        found = self.john.rows(
            "SELECT totp, passkey, recovery_code, required"
            "  FROM second_factors_of(%(person)s, %(domain)s)",
            person=self.person_id,
            domain=domain,
        )
        return dict(found[0])


@pytest.fixture
def desk(john: Any) -> Desk:
    tools = FactorTools(
        FactorKeys(Fernet.generate_key().decode()),
        Passkeys(public_url="http://localhost:8080", brand="Cloudstore"),
        john.sealer,
    )
    return Desk(john, tools, john.person_id())


def refusal(act: Callable[[], Any]) -> GuichetError:
    with pytest.raises(GuichetError) as refused:
        act()
    return refused.value


REFUSED = Unauthenticated("second-factor-refused")


# --- authenticator app ----------------------------------------------------------------------------


def test_an_app_counts_from_its_first_code(desk: Desk) -> None:
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


def test_what_is_kept_of_an_app_and_of_codes_opens_nothing(desk: Desk) -> None:
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


def test_a_wrong_first_code_enrols_nothing_and_the_right_one_still_does(desk: Desk) -> None:
    secret = desk.start_totp().secret
    refused = refusal(lambda: desk.confirm_totp("000000"))
    assert refused == Invalid("code-refused", {"fields": {"code": ["code-refused"]}})
    assert desk.factors().totp is None
    assert desk.confirm_totp(desk.code(secret=secret)).factors.totp is not None


def test_an_enrolment_waits_for_a_quarter_of_an_hour(desk: Desk) -> None:
    secret = desk.start_totp().secret
    desk.real += timedelta(minutes=15)
    late = refusal(lambda: desk.confirm_totp(desk.code(secret=secret)))
    assert late == NotFound("totp-not-started")


def test_a_code_is_good_for_a_step_to_either_side(desk: Desk) -> None:
    desk.enrol_totp()
    for steps in (-2, 2):
        assert refusal(lambda steps=steps: desk.prove_code(desk.code(steps=steps))) == REFUSED
    for steps in (-1, 0, 1):
        assert desk.prove_code(desk.code(steps=steps)).amr == ("otp", "mfa")


def test_the_clock_of_apps_is_real_where_that_of_the_installation_is_not(desk: Desk) -> None:
    desk.enrol_totp()
    desk.john.pass_time(days=200)
    assert desk.prove_code(desk.code())


def test_a_code_is_never_accepted_twice_nor_an_older_one_after_it(desk: Desk) -> None:
    desk.enrol_totp()
    older, newer = desk.code(steps=-1), desk.code()
    assert desk.prove_code(f"{newer[:3]} {newer[3:]}")
    assert refusal(lambda: desk.prove_code(newer)) == REFUSED
    assert refusal(lambda: desk.prove_code(older)) == REFUSED


def test_the_code_that_confirmed_an_app_is_used_up(desk: Desk) -> None:
    desk.secret = desk.start_totp().secret
    code = desk.code()
    desk.confirm_totp(code)
    assert refusal(lambda: desk.prove_code(code)) == REFUSED


def test_of_eight_that_use_one_code_at_once_one_comes_in(desk: Desk) -> None:
    desk.enrol_totp()
    code = desk.code()

    def enter(_: int) -> bool:
        try:
            desk.prove_code(code)
        except Unauthenticated:
            return False
        return True

    with ThreadPoolExecutor(8) as crowd:
        assert sum(crowd.map(enter, range(8))) == 1


def test_a_new_app_replaces_the_old_one_only_when_it_has_shown_a_code(desk: Desk) -> None:
    desk.enrol_totp()
    old = desk.secret
    new = desk.start_totp().secret
    assert desk.prove_code(desk.code(secret=old))
    again = desk.confirm_totp(desk.code(secret=new))
    assert again.recovery_codes == ()
    desk.real += timedelta(seconds=90)
    assert refusal(lambda: desk.prove_code(desk.code(secret=old))) == REFUSED
    assert desk.prove_code(desk.code(secret=new))


# --- the lock of the step -------------------------------------------------------------------------


def test_five_wrong_codes_lock_the_step_and_not_the_password(desk: Desk) -> None:
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


def test_wrong_codes_of_long_ago_are_forgotten(desk: Desk) -> None:
    desk.enrol_totp()
    for _ in range(4):
        refusal(lambda: desk.prove_code("000000"))
    desk.john.pass_time(minutes=15)
    refusal(lambda: desk.prove_code("000000"))
    assert desk.prove_code(desk.code())


def test_of_forty_wrong_codes_at_once_five_are_checked_and_all_counted(desk: Desk) -> None:
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


def test_somebody_without_factors_or_unknown_gets_the_same_answer(desk: Desk) -> None:
    assert refusal(lambda: desk.prove_code("123456")) == REFUSED
    stranger = lambda: desk.prove(Proof(FactorKind.TOTP, code="123456"), person_id=uuid4())  # noqa: E731
    assert refusal(stranger) == REFUSED


# --- recovery codes -------------------------------------------------------------------------------


def test_a_recovery_code_works_once_however_it_is_typed(desk: Desk) -> None:
    desk.enrol_totp()
    typed = desk.codes[0].lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert desk.prove_recovery(typed) == Proved(("otp", "mfa"), 9)
    assert refusal(lambda: desk.prove_recovery(desk.codes[0])) == REFUSED
    told = desk.john.events("RecoveryCodeUsed")
    assert [(one["person_id"], one["left"]) for one in told] == [(str(desk.person_id), 9)]


def test_of_eight_that_use_one_recovery_code_at_once_one_comes_in(desk: Desk) -> None:
    desk.enrol_totp()

    def enter(_: int) -> bool:
        try:
            desk.prove_recovery(desk.codes[3])
        except Unauthenticated:
            return False
        return True

    with ThreadPoolExecutor(8) as crowd:
        assert sum(crowd.map(enter, range(8))) == 1


def test_new_recovery_codes_end_the_older_ones(desk: Desk) -> None:
    assert refusal(desk.renew) == Conflict("no-second-factor")
    desk.enrol_totp()
    renewed = desk.renew()
    assert refusal(lambda: desk.prove_recovery(desk.codes[0])) == REFUSED
    assert desk.prove_recovery(renewed[0]).recovery_codes_left == 9


def test_a_code_of_one_person_is_worth_nothing_for_another(desk: Desk, person: Any) -> None:
    desk.enrol_totp()
    mary = desk.john.invite(
        person("Mary", "Major"), {Section.USERS: Role.VISITOR}, by=desk.person_id
    )
    hers = Proof(FactorKind.RECOVERY_CODE, code=desk.codes[0])
    assert refusal(lambda: desk.prove(hers, person_id=mary.person_id)) == REFUSED


# --- passkeys -------------------------------------------------------------------------------------


def test_a_passkey_is_enrolled_and_proves_the_second_step(desk: Desk, authenticator: Any) -> None:
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
    desk: Desk, authenticator: Any
) -> None:
    soft = authenticator(backed_up=True)
    assert desk.enrol_passkey(soft).amr == ("pop", "user", "mfa")
    assert desk.prove_passkey(soft.sign(desk.start_proof())).amr == ("pop", "user", "mfa")


def test_an_answer_serves_once_and_in_the_browser_that_asked(
    desk: Desk, authenticator: Any
) -> None:
    soft = authenticator()
    desk.enrol_passkey(soft)
    answer = soft.sign(desk.start_proof())
    assert refusal(lambda: desk.prove_passkey(answer, bound_to="another browser")) == REFUSED
    assert desk.prove_passkey(answer)
    assert refusal(lambda: desk.prove_passkey(answer)) == REFUSED


def test_a_challenge_is_good_for_its_purpose_alone_and_for_minutes(
    desk: Desk, authenticator: Any
) -> None:
    soft = authenticator()
    desk.enrol_passkey(soft)
    for_sign_in = soft.sign(desk.start_sign_in())
    assert refusal(lambda: desk.prove_passkey(for_sign_in)) == REFUSED
    late = soft.sign(desk.start_proof())
    desk.real += timedelta(minutes=5)
    assert refusal(lambda: desk.prove_passkey(late)) == REFUSED


def test_a_count_that_does_not_grow_betrays_a_copied_key(desk: Desk, authenticator: Any) -> None:
    soft = authenticator(sign_count=7)
    desk.enrol_passkey(soft)
    assert refusal(lambda: desk.prove_passkey(soft.sign(desk.start_proof()))) == REFUSED
    soft.sign_count = 8
    assert desk.prove_passkey(soft.sign(desk.start_proof()))
    soft.sign_count = 0
    assert refusal(lambda: desk.sign_in(soft.sign(desk.start_sign_in()))) == Unauthenticated(
        "sign-in-refused"
    )
    outcomes = [row["outcome"] for row in desk.john.rows("SELECT outcome FROM sign_ins")]
    assert outcomes.count("factor-copied") == 2


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
    desk: Desk, authenticator: Any, wrong: dict[str, Any]
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
    desk: Desk, authenticator: Any, answer: str
) -> None:
    desk.enrol_passkey(authenticator())
    desk.start_proof()
    assert refusal(lambda: desk.prove_passkey(answer)) == REFUSED
    desk.start_passkey()
    refused = Invalid("passkey-refused", {"fields": {"passkey": ["passkey-refused"]}})
    assert refusal(lambda: desk.finish_passkey(answer)) == refused


def test_a_registration_of_elsewhere_is_refused(desk: Desk, authenticator: Any) -> None:
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


def test_a_passkey_begun_in_one_session_is_ended_in_no_other(
    desk: Desk, authenticator: Any
) -> None:
    answer = authenticator().make(desk.start_passkey())
    stolen = refusal(lambda: desk.finish_passkey(answer, bound_to="another session"))
    assert stolen.code == "passkey-refused"
    assert desk.finish_passkey(answer).factors.count == 1
    assert refusal(lambda: desk.finish_passkey(answer)).code == "passkey-refused"


def test_a_passkey_is_one_persons_and_is_not_made_twice(
    desk: Desk, authenticator: Any, person: Any
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
    hers = Desk(desk.john, desk.tools, mary.person_id)
    taken = soft.make(hers.start_passkey())
    assert refusal(lambda: hers.finish_passkey(taken)) == Conflict("passkey-known")


def test_twenty_passkeys_are_enough(desk: Desk, authenticator: Any) -> None:
    for _ in range(20):
        desk.enrol_passkey(authenticator())
    assert refusal(desk.start_passkey) == Conflict("passkeys-too-many", {"most": 20})


# --- signing in with a passkey alone --------------------------------------------------------------


def test_a_passkey_that_checks_its_user_signs_in_without_a_name(
    desk: Desk, authenticator: Any
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
    desk: Desk, authenticator: Any
) -> None:
    soft = authenticator(verifies_user=False)
    desk.enrol_passkey(soft)
    alone = refusal(lambda: desk.sign_in(soft.sign(desk.start_sign_in())))
    assert alone == Unauthenticated("sign-in-refused")
    assert desk.prove_passkey(soft.sign(desk.start_proof()))


def test_with_a_name_it_is_asked_for_that_persons_passkeys(desk: Desk, authenticator: Any) -> None:
    soft = authenticator()
    desk.enrol_passkey(soft)
    asked = json.loads(desk.start_sign_in(" john.DOE "))
    assert [base64url_to_bytes(one["id"]) for one in asked["allowCredentials"]] == [
        soft.credential_id
    ]
    assert desk.sign_in(soft.sign(desk.start_sign_in("John.Doe"))).login == "John.Doe"


def test_a_name_that_nobody_bears_has_passkeys_too_and_always_the_same(
    desk: Desk, authenticator: Any
) -> None:
    def shown(login: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(desk.start_sign_in(login))["allowCredentials"]
        return found

    nobody, without = shown("Nobody.Here"), shown("John.Doe")  # John has no passkey yet
    desk.enrol_passkey(authenticator())
    for decoy in (nobody, without):
        assert decoy
        assert set(decoy[0]) == set(shown("John.Doe")[0])
    assert shown("nobody.HERE") == nobody
    assert shown("Somebody.Else") != nobody
    other = FactorKeys(Fernet.generate_key().decode())
    mine = desk.tools.keys.decoy_passkeys("nobody.here")
    assert other.decoy_passkeys("nobody.here") != mine


def test_a_disabled_person_is_refused_like_everybody_refused(
    desk: Desk, authenticator: Any
) -> None:
    soft = authenticator()
    desk.enrol_passkey(soft)
    with desk.john.db.write(desk.john.gateway(), tenant=EVERYONE) as tx:
        tx.run("UPDATE persons SET enabled = false WHERE id = %(id)s", {"id": desk.person_id})
    disabled = refusal(lambda: desk.sign_in(soft.sign(desk.start_sign_in())))
    assert disabled == refusal(lambda: desk.sign_in("{}")) == Unauthenticated("sign-in-refused")


def test_who_said_it_was_not_he_first_sets_a_password(desk: Desk, authenticator: Any) -> None:
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


def test_nobody_locks_a_passkey_with_wrong_answers(desk: Desk, authenticator: Any) -> None:
    soft = authenticator()
    desk.enrol_passkey(soft)
    bad = authenticator(credential_id=soft.credential_id, user_id=soft.user_id)
    for _ in range(7):
        refusal(lambda: desk.sign_in(bad.sign(desk.start_sign_in())))
    assert desk.sign_in(soft.sign(desk.start_sign_in()))
    assert desk.prove_passkey(soft.sign(desk.start_proof()))


def test_challenges_nobody_answers_do_not_pile_up(desk: Desk) -> None:
    for number in range(30):
        desk.start_sign_in(bound_to=f"browser {number}")
    desk.real += timedelta(minutes=6)
    for number in range(3):
        desk.start_sign_in(bound_to=f"newer browser {number}")
    assert desk.john.rows("SELECT count(*) AS n FROM factor_challenges") == [{"n": 3}]


# --- rename, remove, demanded ---------------------------------------------------------------------


def test_passkeys_are_renamed_and_removed_by_their_owner_alone(
    desk: Desk, authenticator: Any, person: Any
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


def test_the_last_factor_stays_while_a_contract_demands_one(desk: Desk, authenticator: Any) -> None:
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
    desk: Desk, authenticator: Any
) -> None:
    desk.demand()
    desk.enrol_totp()
    passkey_id = desk.enrol_passkey(authenticator()).factors.passkeys[0].passkey_id

    def remove(which: str) -> bool:
        try:
            if which == "totp":
                change_factors.remove_totp(**desk.mine)
            else:
                change_factors.remove_passkey(**desk.mine, passkey_id=passkey_id)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(2) as both:
        assert sum(both.map(remove, ("totp", "passkey"))) == 1
    assert desk.factors().count == 1


def test_what_a_contract_demands_is_asked_at_the_portal_and_at_its_own_console(desk: Desk) -> None:
    assert (desk.needs()["required"], desk.needs(TENANT)["required"]) == (False, False)
    desk.demand()
    assert (desk.needs()["required"], desk.needs(TENANT)["required"]) == (True, True)
    assert desk.needs(OTHER)["required"] is False
    held = resolve_rights(
        db=desk.john.db, context=desk.john.gateway(), person_id=desk.person_id
    ).tenants
    assert [(one.tenant, one.second_factor_required) for one in held] == [(TENANT, True)]


def test_staff_must_have_one_where_the_provider_says_so(desk: Desk) -> None:
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


def test_before_the_session_only_who_has_no_factor_enrols(desk: Desk, authenticator: Any) -> None:
    secret = desk.start_totp(first_only=True).secret
    assert desk.confirm_totp(desk.code(secret=secret), first_only=True).factors.count == 1
    enrolled = Conflict("factor-enrolled")
    assert refusal(lambda: desk.start_totp(first_only=True)) == enrolled
    assert refusal(lambda: desk.start_passkey(first_only=True)) == enrolled
    answer = authenticator().make(desk.start_passkey())
    assert refusal(lambda: desk.finish_passkey(answer, first_only=True)) == enrolled


def test_it_was_not_me_ends_the_factors_of_the_last_days_and_no_older_one(
    desk: Desk, authenticator: Any
) -> None:
    mine, foreign = authenticator(), authenticator()
    desk.enrol_passkey(mine)
    desk.john.pass_time(days=8)
    desk.enrol_passkey(foreign)
    desk.enrol_totp()
    link = desk.john.fernet.decrypt(desk.john.events("FactorsChanged")[-1]["not_me_link"])
    desk.john.disown(link.decode())
    left = desk.factors()
    assert [one.credential_id for one in left.passkeys] == [mine.credential_id]
    assert left.totp is None
    assert ("portal:factors:disowned", f"person:{desk.person_id}") in desk.john.trail()


# --- lost -----------------------------------------------------------------------------------------


@dataclass
class Lost:
    desk: Desk
    mary: UUID

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
def lost(desk: Desk, person: Any) -> Lost:
    mary = desk.john.invite(
        person("Mary", "Major"), {Section.USERS: Role.VISITOR}, by=desk.person_id
    )
    hers = Desk(desk.john, desk.tools, mary.person_id)
    hers.enrol_totp()
    return Lost(desk, mary.person_id)


def test_a_manager_of_users_resets_lost_factors_and_it_is_told(lost: Lost) -> None:
    lost.reset(lost.mary)
    assert Desk(lost.desk.john, lost.desk.tools, lost.mary).needs() == {
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
    assert Desk(john, lost.desk.tools, lost.mary).needs()["totp"] is True
