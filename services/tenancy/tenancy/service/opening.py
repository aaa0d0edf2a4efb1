"""A tenant is opened."""

from __future__ import annotations

from typing import Any

from contracts import tenancy as calls
from servicekit.rpc import Context, answers
from tenancy.actions.open_tenant import open_tenant
from tenancy.domain.contracts import Contract, Opening
from tenancy.domain.people import Contact
from tenancy.service.parts import Housed


class OpeningCalls(Housed):
    @answers(calls.open_tenant)
    def open_tenant(self, context: Context, payload: dict[str, Any]) -> Contract:
        return open_tenant(
            **self.acting(context),
            region=self.house.settings.region,
            opening=_opening(payload),
        )


def _opening(payload: dict[str, Any]) -> Opening:
    owner = payload["domain_owner"]
    return Opening(
        name=payload["name"],
        support_level=payload["support_level"],
        referent=Contact(**payload["referent"]),
        domain_owner=Contact(**owner) if owner else None,
        organisation_id=payload["organisation_id"],
        organisation_name=payload["organisation_name"],
    )
