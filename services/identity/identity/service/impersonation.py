"""Impersonation: staff see a contract as its user does, by a grant."""

from __future__ import annotations

from typing import Any

from contracts import identity as calls
from identity.actions.decide_impersonation import approve_impersonation, decline_impersonation
from identity.actions.end_impersonation import end_impersonation, end_own_impersonation
from identity.actions.give_impersonation import give_impersonation, propose_impersonation
from identity.actions.list_impersonations import (
    get_impersonation,
    get_own_impersonation,
    list_impersonation_proposals,
    list_impersonations,
    list_own_impersonations,
)
from identity.actions.open_impersonation import open_impersonation
from identity.actions.read_people import Page
from identity.domain.impersonation import Grant, Opened
from identity.service.parts import Housed
from servicekit.rpc import Context, answers


class ImpersonationCalls(Housed):
    @answers(calls.give_impersonation)
    def give_impersonation(self, context: Context, payload: dict[str, Any]) -> Grant:
        return give_impersonation(**self.acting(context), **payload)

    @answers(calls.list_impersonations)
    def list_impersonations(self, context: Context, payload: dict[str, Any]) -> Page[Grant]:
        return list_impersonations(**self.acting(context), **payload)

    @answers(calls.get_impersonation)
    def get_impersonation(self, context: Context, payload: dict[str, Any]) -> Grant:
        return get_impersonation(**self.acting(context), **payload)

    @answers(calls.end_impersonation)
    def end_impersonation(self, context: Context, payload: dict[str, Any]) -> Grant:
        return end_impersonation(**self.acting(context), **payload)

    @answers(calls.list_own_impersonations)
    def list_own_impersonations(self, context: Context, payload: dict[str, Any]) -> Page[Grant]:
        return list_own_impersonations(**self.acting(context), **payload)

    @answers(calls.get_own_impersonation)
    def get_own_impersonation(self, context: Context, payload: dict[str, Any]) -> Grant:
        return get_own_impersonation(**self.acting(context), **payload)

    @answers(calls.end_own_impersonation)
    def end_own_impersonation(self, context: Context, payload: dict[str, Any]) -> Grant:
        return end_own_impersonation(**self.acting(context), **payload)

    @answers(calls.propose_impersonation)
    def propose_impersonation(self, context: Context, payload: dict[str, Any]) -> Grant:
        return propose_impersonation(**self.acting(context), **payload)

    @answers(calls.list_impersonation_proposals)
    def list_impersonation_proposals(
        self, context: Context, payload: dict[str, Any]
    ) -> Page[Grant]:
        return list_impersonation_proposals(**self.acting(context), **payload)

    @answers(calls.approve_impersonation)
    def approve_impersonation(self, context: Context, payload: dict[str, Any]) -> Grant:
        return approve_impersonation(**self.acting(context), **payload)

    @answers(calls.decline_impersonation)
    def decline_impersonation(self, context: Context, payload: dict[str, Any]) -> Grant:
        return decline_impersonation(**self.acting(context), **payload)

    @answers(calls.open_impersonation)
    def open_impersonation(self, context: Context, payload: dict[str, Any]) -> Opened:
        return open_impersonation(**self.acting(context), **payload)
