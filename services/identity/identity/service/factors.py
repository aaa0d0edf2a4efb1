"""Second factors."""

from __future__ import annotations

from typing import Any

from contracts import identity as calls
from identity.actions import change_factors, enrol_passkey, enrol_totp
from identity.actions import passkey_sign_in as signing_in
from identity.actions import prove_second_factor as second_step
from identity.actions.callers import person_of
from identity.actions.change_staff_rules import change_staff_rules, get_staff_rules
from identity.actions.drop_factors import reset_second_factors
from identity.actions.enrolling import Enrolled
from identity.actions.proving import FactorTools
from identity.domain.attempts import Visit
from identity.domain.factors import Factors, Proof
from identity.service.parts import Housed, with_visit
from servicekit.clock import SystemClock
from servicekit.rpc import Context, answers


class FactorsCalls(Housed):
    @property
    def tools(self) -> FactorTools:
        return FactorTools(self.house.factor_keys, self.house.passkeys, self.house.sealer)

    def enrolling(self, context: Context) -> dict[str, Any]:
        """Apps and challenges run on real time, also where the installation's is simulated."""
        return {"db": self.house.db, "context": context, "real_now": SystemClock().now()}

    def app(self, context: Context, person_id: Any) -> dict[str, Any]:
        return {**self.passkey(context), "person_id": person_id}

    def passkey(self, context: Context) -> dict[str, Any]:
        return {**self.enrolling(context), "tools": self.tools}

    def changing(self, context: Context) -> dict[str, Any]:
        return {**self.acting(context), "sealer": self.house.sealer}

    def own(self, context: Context) -> dict[str, Any]:
        """What is begun in one session is ended in no other."""
        bound_to = context.caller.session or context.caller.subject
        return {**self.passkey(context), "person_id": person_of(context), "bound_to": bound_to}

    @property
    def now(self) -> Any:
        return self.house.clock.now()

    # --- my account -----------------------------------------------------------------------------

    @answers(calls.get_factors)
    def get_factors(self, context: Context, payload: dict[str, Any]) -> Factors:
        return change_factors.get_factors(db=self.house.db, context=context)

    @answers(calls.start_totp)
    def start_totp(self, context: Context, payload: dict[str, Any]) -> enrol_totp.StartedTotp:
        brand = self.house.settings.brand
        return enrol_totp.start_totp(**self.app(context, person_of(context)), brand=brand)

    @answers(calls.confirm_totp)
    def confirm_totp(self, context: Context, payload: dict[str, Any]) -> Enrolled:
        given = self.app(context, person_of(context))
        return enrol_totp.confirm_totp(**given, now=self.now, **payload)

    @answers(calls.remove_totp)
    def remove_totp(self, context: Context, payload: dict[str, Any]) -> Factors:
        return change_factors.remove_totp(**self.changing(context))

    @answers(calls.start_passkey)
    def start_passkey(self, context: Context, payload: dict[str, Any]) -> dict[str, str]:
        return enrol_passkey.start_passkey(**self.own(context))

    @answers(calls.finish_passkey)
    def finish_passkey(self, context: Context, payload: dict[str, Any]) -> Enrolled:
        return enrol_passkey.finish_passkey(**self.own(context), now=self.now, **payload)

    @answers(calls.rename_passkey)
    def rename_passkey(self, context: Context, payload: dict[str, Any]) -> Factors:
        return change_factors.rename_passkey(**self.changing(context), **payload)

    @answers(calls.remove_passkey)
    def remove_passkey(self, context: Context, payload: dict[str, Any]) -> Factors:
        return change_factors.remove_passkey(**self.changing(context), **payload)

    @answers(calls.renew_recovery_codes)
    def renew_recovery_codes(self, context: Context, payload: dict[str, Any]) -> Any:
        return change_factors.renew_recovery_codes(**self.acting(context), tools=self.tools)

    # --- signing in -----------------------------------------------------------------------------

    @answers(calls.start_second_factor_passkey)
    def start_second_factor_passkey(self, context: Context, payload: dict[str, Any]) -> Any:
        return second_step.start_second_factor_passkey(**self.passkey(context), **payload)

    @answers(calls.prove_second_factor)
    def prove_second_factor(self, context: Context, payload: dict[str, Any]) -> second_step.Proved:
        given = with_visit(payload)
        visit: Visit = given.pop("visit")
        return second_step.prove_second_factor(
            **self.passkey(context),
            now=self.now,
            person_id=given.pop("person_id"),
            proof=Proof(**given),
            visit=visit,
        )

    @answers(calls.start_totp_at_sign_in)
    def start_totp_at_sign_in(
        self, context: Context, payload: dict[str, Any]
    ) -> enrol_totp.StartedTotp:
        given, brand = self.app(context, payload["person_id"]), self.house.settings.brand
        return enrol_totp.start_totp(**given, brand=brand, first_only=True)

    @answers(calls.confirm_totp_at_sign_in)
    def confirm_totp_at_sign_in(self, context: Context, payload: dict[str, Any]) -> Enrolled:
        given = self.app(context, payload.pop("person_id"))
        return enrol_totp.confirm_totp(**given, now=self.now, first_only=True, **payload)

    @answers(calls.start_passkey_at_sign_in)
    def start_passkey_at_sign_in(self, context: Context, payload: dict[str, Any]) -> Any:
        given = self.passkey(context)
        return enrol_passkey.start_passkey(**given, first_only=True, **payload)

    @answers(calls.finish_passkey_at_sign_in)
    def finish_passkey_at_sign_in(self, context: Context, payload: dict[str, Any]) -> Enrolled:
        given = self.passkey(context)
        return enrol_passkey.finish_passkey(**given, now=self.now, first_only=True, **payload)

    @answers(calls.start_passkey_sign_in)
    def start_passkey_sign_in(self, context: Context, payload: dict[str, Any]) -> Any:
        bound_to = payload["bound_to"]
        return signing_in.start_passkey_sign_in(**self.passkey(context), bound_to=bound_to)

    @answers(calls.passkey_sign_in)
    def passkey_sign_in(
        self, context: Context, payload: dict[str, Any]
    ) -> signing_in.PasskeySignedIn:
        given = self.passkey(context)
        return signing_in.passkey_sign_in(**given, now=self.now, **with_visit(payload))

    # --- lost factors, staff --------------------------------------------------------------------

    @answers(calls.reset_second_factors)
    def reset_second_factors(self, context: Context, payload: dict[str, Any]) -> dict[str, str]:
        return reset_second_factors(**self.changing(context), **payload)

    @answers(calls.get_staff_rules)
    def get_staff_rules(self, context: Context, payload: dict[str, Any]) -> dict[str, bool]:
        return get_staff_rules(db=self.house.db, context=context)

    @answers(calls.change_staff_rules)
    def change_staff_rules(self, context: Context, payload: dict[str, Any]) -> dict[str, bool]:
        return change_staff_rules(**self.acting(context), **payload)
