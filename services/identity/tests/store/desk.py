"""Identity's edge in this process: each call by its contract, and how it reads its tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from contracts.codes import TenantCode
from contracts.declare import Call
from identity.clients.factor_keys import FactorKeys
from identity.clients.passkeys import Passkeys
from identity.service import IdentityService
from tests import plans

VISIT = {"address": "192.0.2.7", "device": "Firefox"}


class Desk(plans.Desk):
    """Asks as the gateway does."""

    def __init__(self, counter: Any, told: plans.Plans, large: set[str]) -> None:
        edge = IdentityService()
        super().__init__(edge=edge, db=counter.db, plans=told, large=large)
        self.counter = counter
        self.passkeys = Passkeys(public_url="http://localhost:8080", brand="Cloudstore")
        settings = SimpleNamespace(
            throttle=counter.throttle, brand="Cloudstore", history_kept_for=timedelta(days=365)
        )
        edge.house = SimpleNamespace(
            db=counter.db,
            clock=counter.clock,
            hasher=counter.hasher,
            sealer=counter.sealer,
            factor_keys=FactorKeys(counter.fernet.generate_key().decode()),
            passkeys=self.passkeys,
            settings=settings,
        )

    def ask(
        self, call: Call, *, by: UUID | None = None, refused: str | None = None, **payload: Any
    ) -> Any:
        context = self.counter.gateway() if by is None else self.counter.person(by)
        tenant = payload.get("tenant")
        if by is not None and tenant is not None:
            context = self.counter.person(by, tenant=TenantCode(tenant))
        caller = replace(context.caller, factors=frozenset({"pwd", "otp", "mfa"}))
        context = replace(context, caller=caller, call=call.full_name, reason="Ticket 42")
        if {"address", "device"} <= call.request().fields.keys():
            payload = {**VISIT, **payload}
        return self.put(call, context, payload, refused=refused)
