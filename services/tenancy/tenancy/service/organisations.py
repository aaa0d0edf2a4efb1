"""Organisations, and what sales let them do by themselves."""

from __future__ import annotations

from typing import Any

from contracts import tenancy as calls
from servicekit.rpc import Context, answers
from tenancy.actions.list_contracts import ContractsPage
from tenancy.actions.manage_organisation import activate_management, deactivate_management
from tenancy.actions.name_opener import activate_online_opening, withdraw_online_opening
from tenancy.actions.read_organisations import (
    OrganisationsPage,
    list_nameable_people,
    list_organisation_contracts,
    list_organisations,
    read_organisation,
)
from tenancy.domain.online_opening import OnlineOpening
from tenancy.domain.organisations import Management, Nameable, OrganisationSheet
from tenancy.service.parts import Housed


class OrganisationsCalls(Housed):
    @answers(calls.list_organisations)
    def list_organisations(self, context: Context, payload: dict[str, Any]) -> OrganisationsPage:
        return list_organisations(db=self.house.db, context=context, **payload)

    @answers(calls.get_organisation)
    def get_organisation(self, context: Context, payload: dict[str, Any]) -> OrganisationSheet:
        return read_organisation(db=self.house.db, context=context, **payload)

    @answers(calls.list_organisation_contracts)
    def list_organisation_contracts(
        self, context: Context, payload: dict[str, Any]
    ) -> ContractsPage:
        return list_organisation_contracts(db=self.house.db, context=context, **payload)

    @answers(calls.list_nameable_people)
    def list_nameable_people(
        self, context: Context, payload: dict[str, Any]
    ) -> dict[str, list[Nameable]]:
        return list_nameable_people(db=self.house.db, context=context, **payload)

    @answers(calls.activate_online_opening)
    def activate_online_opening(self, context: Context, payload: dict[str, Any]) -> OnlineOpening:
        return activate_online_opening(**self.acting(context), **payload)

    @answers(calls.withdraw_online_opening)
    def withdraw_online_opening(self, context: Context, payload: dict[str, Any]) -> dict[str, str]:
        return withdraw_online_opening(**self.acting(context), **payload)

    @answers(calls.activate_multi_tenant_management)
    def activate_multi_tenant_management(
        self, context: Context, payload: dict[str, Any]
    ) -> Management:
        return activate_management(**self.acting(context), **payload)

    @answers(calls.deactivate_multi_tenant_management)
    def deactivate_multi_tenant_management(
        self, context: Context, payload: dict[str, Any]
    ) -> dict[str, str]:
        return deactivate_management(**self.acting(context), **payload)
