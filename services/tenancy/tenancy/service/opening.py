"""A tenant is opened."""

from __future__ import annotations

from typing import Any

from contracts import tenancy as calls
from servicekit.rpc import Context, answers
from tenancy.actions.open_contract import list_own_openings, open_contract
from tenancy.actions.open_tenant import open_tenant
from tenancy.domain.contracts import Contract, Opening
from tenancy.domain.online_opening import OwnOpening
from tenancy.domain.people import Contact
from tenancy.service.parts import Housed


class OpeningCalls(Housed):
    @answers(calls.open_tenant)
    def open_tenant(self, context: Context, payload: dict[str, Any]) -> Contract:
        return open_tenant(
            **self.acting(context),
            region=self.house.settings.region,
            opening=opening_of(payload),
        )

    @answers(calls.list_own_openings)
    def list_own_openings(
        self, context: Context, payload: dict[str, Any]
    ) -> dict[str, list[OwnOpening]]:
        return list_own_openings(**self.acting(context))

    @answers(calls.open_contract)
    def open_contract(self, context: Context, payload: dict[str, Any]) -> Contract:
        return open_contract(
            **self.acting(context),
            region=self.house.settings.region,
            organisation_id=payload["organisation_id"],
            opening=opening_of(payload),
        )


def opening_of(payload: dict[str, Any]) -> Opening:
    """What is said of a contract that is opened; only staff say of which type and company."""
    owner = payload["domain_owner"]
    return Opening(
        name=payload["name"],
        support_level=payload["support_level"],
        referent=Contact(**payload["referent"]),
        domain_owner=Contact(**owner) if owner else None,
        organisation_id=payload.get("organisation_id"),
        organisation_name=payload.get("organisation_name"),
        contract_type=payload.get("contract_type", calls.ContractType.SINGLE),
    )
