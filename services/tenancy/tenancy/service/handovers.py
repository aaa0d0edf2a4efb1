"""Handovers of offices, and their recovery by staff."""

from __future__ import annotations

from typing import Any

from contracts import tenancy as calls
from servicekit.rpc import Context, answers
from tenancy.actions.answer_handover import (
    accept_handover,
    decline_handover,
    get_handover,
    withdraw_handover,
)
from tenancy.actions.decide_office_recovery import (
    approve_office_recovery,
    object_to_office_recovery,
    refuse_office_recovery,
    withdraw_office_recovery,
)
from tenancy.actions.list_handovers import (
    HandoversPage,
    OwnHandovers,
    list_handovers,
    list_own_handovers,
)
from tenancy.actions.list_office_recoveries import (
    RecoveriesPage,
    get_office_recovery,
    list_office_recoveries,
)
from tenancy.actions.offer_handover import foresee_offer, offer_handover
from tenancy.actions.propose_office_recovery import propose_office_recovery
from tenancy.domain.handovers import Handover
from tenancy.domain.outlook import Outlook
from tenancy.domain.people import Contact
from tenancy.domain.recoveries import Recovery
from tenancy.service.parts import Housed


class HandoversCalls(Housed):
    @answers(calls.offer_handover)
    def offer_handover(self, context: Context, payload: dict[str, Any]) -> Handover:
        cooling_off = self.house.settings.cooling_off
        return offer_handover(**self.acting(context), cooling_off=cooling_off, **payload)

    @answers(calls.foresee_handover)
    def foresee_handover(self, context: Context, payload: dict[str, Any]) -> Outlook:
        cooling_off = self.house.settings.cooling_off
        return foresee_offer(**self.acting(context), cooling_off=cooling_off, **payload)

    @answers(calls.list_handovers)
    def list_handovers(self, context: Context, payload: dict[str, Any]) -> HandoversPage:
        return list_handovers(db=self.house.db, context=context, **payload)

    @answers(calls.list_own_handovers)
    def list_own_handovers(self, context: Context, payload: dict[str, Any]) -> OwnHandovers:
        return list_own_handovers(db=self.house.db, context=context)

    @answers(calls.get_handover)
    def get_handover(self, context: Context, payload: dict[str, Any]) -> Handover:
        return get_handover(db=self.house.db, context=context, **payload)

    @answers(calls.accept_handover)
    def accept_handover(self, context: Context, payload: dict[str, Any]) -> Handover:
        cooling_off = self.house.settings.cooling_off
        return accept_handover(**self.acting(context), cooling_off=cooling_off, **payload)

    @answers(calls.decline_handover)
    def decline_handover(self, context: Context, payload: dict[str, Any]) -> Handover:
        return decline_handover(**self.acting(context), **payload)

    @answers(calls.withdraw_handover)
    def withdraw_handover(self, context: Context, payload: dict[str, Any]) -> Handover:
        return withdraw_handover(**self.acting(context), **payload)


class OfficeRecoveriesCalls(Housed):
    @answers(calls.list_office_recoveries)
    def list_office_recoveries(self, context: Context, payload: dict[str, Any]) -> RecoveriesPage:
        return list_office_recoveries(**self.acting(context), **payload)

    @answers(calls.get_office_recovery)
    def get_office_recovery(self, context: Context, payload: dict[str, Any]) -> Recovery:
        return get_office_recovery(db=self.house.db, context=context, **payload)

    @answers(calls.propose_office_recovery)
    def propose_office_recovery(self, context: Context, payload: dict[str, Any]) -> Recovery:
        asked = {**payload, "successor": Contact(**payload["successor"])}
        return propose_office_recovery(**self.acting(context), **asked)

    @answers(calls.approve_office_recovery)
    def approve_office_recovery(self, context: Context, payload: dict[str, Any]) -> Recovery:
        delay = self.house.settings.recovery_delay
        return approve_office_recovery(**self.acting(context), delay=delay, **payload)

    @answers(calls.refuse_office_recovery)
    def refuse_office_recovery(self, context: Context, payload: dict[str, Any]) -> Recovery:
        return refuse_office_recovery(**self.acting(context), **payload)

    @answers(calls.withdraw_office_recovery)
    def withdraw_office_recovery(self, context: Context, payload: dict[str, Any]) -> Recovery:
        return withdraw_office_recovery(**self.acting(context), **payload)

    @answers(calls.object_to_office_recovery)
    def object_to_office_recovery(self, context: Context, payload: dict[str, Any]) -> Recovery:
        return object_to_office_recovery(**self.acting(context), **payload)
