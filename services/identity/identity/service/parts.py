"""The process's parts, and how a call gets at them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from identity.actions.decide_recovery import RUN_OUT, TAKE_EFFECT, run_out, take_effect
from identity.actions.end_impersonation import run_out as run_out_impersonation
from identity.actions.erase_person import erase_person
from identity.actions.establish_tenant import ESTABLISH, establish_later
from identity.actions.forget_sign_ins import OLD, forget_sign_ins
from identity.actions.forgotten_password import RESET, issue_reset_link
from identity.actions.manage_organisation import GO_ON, go_on
from identity.actions.note_refusal import REFUSED, note_refusal
from identity.actions.request_erasure import ERASE
from identity.actions.second_logins import LOOK, close_without_tenant
from identity.actions.telling_of_impersonation import RUN_OUT as IMPERSONATION_RUN_OUT
from identity.actions.watch_policies import WATCH, look
from identity.clients.factor_keys import FactorKeys
from identity.clients.hashing import Hasher
from identity.clients.passkeys import Passkeys
from identity.clients.sealing import Sealer
from identity.domain.attempts import Visit
from identity.domain.throttle import Doorstep, Guess, source_of
from identity.settings import Settings
from servicekit.clock import Clock
from servicekit.context import ContextVerifier
from servicekit.db import Database
from servicekit.due import Handler
from servicekit.rpc import Context, House


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    settings: Settings
    db: Database
    clock: Clock
    verifier: ContextVerifier
    hasher: Hasher
    sealer: Sealer
    factor_keys: FactorKeys
    passkeys: Passkeys

    @property
    def due_handlers(self) -> Mapping[str, Handler]:
        return {
            REFUSED: lambda item: note_refusal(db=self.db, sealer=self.sealer, item=item),
            OLD: lambda item: forget_sign_ins(
                db=self.db,
                item=item,
                now=self.clock.now(),
                kept_for=self.settings.history_kept_for,
            ),
            RESET: lambda item: issue_reset_link(db=self.db, sealer=self.sealer, item=item),
            RUN_OUT: lambda item: run_out(db=self.db, item=item),
            IMPERSONATION_RUN_OUT: lambda item: run_out_impersonation(db=self.db, item=item),
            TAKE_EFFECT: lambda item: take_effect(db=self.db, sealer=self.sealer, item=item),
            WATCH: lambda item: look(
                db=self.db, item=item, kept_for=self.settings.history_kept_for
            ),
            ERASE: lambda item: erase_person(db=self.db, item=item),
            LOOK: lambda item: close_without_tenant(db=self.db, item=item),
            GO_ON: lambda item: go_on(db=self.db, item=item),
            ESTABLISH: lambda item: establish_later(
                db=self.db, sealer=self.sealer, item=item, now=self.clock.now()
            ),
        }


class Housed:
    """What every group of calls is given."""

    house = House()

    def acting(self, context: Context) -> dict[str, Any]:
        return {"db": self.house.db, "context": context, "now": self.house.clock.now()}

    def proving(self, context: Context) -> dict[str, Any]:
        return {**self.acting(context), "hasher": self.house.hasher, "pause": time.sleep}

    def entering(self, context: Context) -> dict[str, Any]:
        return {**self.proving(context), "throttle": self.house.settings.throttle}

    def doorstep(self, guess: Guess, visit: Visit) -> Doorstep:
        """Where a stranger stands, for what is counted by his address."""
        source, now = source_of(visit.address), self.house.clock.now()
        return Doorstep(guess, source, now, self.house.settings.throttle)


def with_visit(payload: dict[str, Any]) -> dict[str, Any]:
    visit = Visit(address=payload.pop("address"), device=payload.pop("device"))
    return {**payload, "visit": visit}
