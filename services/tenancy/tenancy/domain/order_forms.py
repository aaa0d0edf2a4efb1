"""The order form of one more tenant: sent, returned, and from then on a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from contracts.codes import RequestNumber, TenantCode
from contracts.tenancy import OrderFormState
from servicekit.errors import Conflict
from tenancy.domain.organisations import Organisation

# "Vous recevrez vos identifiants dans les 24h après votre renvoi du formulaire" (FAQ).
OWED_WITHIN = timedelta(hours=24)
# Whoever sent the form is told, while there is time to keep the promise.
ALERTED_BEFORE = timedelta(hours=6)


class OrderFormAct(StrEnum):
    SEND = "send"
    RETURN = "return"
    FULFIL = "fulfil"
    WITHDRAW = "withdraw"


TRANSITIONS: Mapping[tuple[OrderFormState | None, OrderFormAct], OrderFormState] = {
    (None, OrderFormAct.SEND): OrderFormState.SENT,
    (OrderFormState.SENT, OrderFormAct.RETURN): OrderFormState.RETURNED,
    (OrderFormState.SENT, OrderFormAct.WITHDRAW): OrderFormState.WITHDRAWN,
    (OrderFormState.RETURNED, OrderFormAct.FULFIL): OrderFormState.FULFILLED,
    (OrderFormState.RETURNED, OrderFormAct.WITHDRAW): OrderFormState.WITHDRAWN,
}


def after(state: OrderFormState | None, act: OrderFormAct) -> OrderFormState:
    """Raises Conflict ``transition-illegal`` whose details name the acts that would be legal."""
    reached = TRANSITIONS.get((state, act))
    if reached is None:
        legal = [legal.value for start, legal in TRANSITIONS if start is state]
        details = {"status": state and state.value, "act": act.value, "legal": legal}
        raise Conflict("transition-illegal", details)
    return reached


@dataclass(frozen=True, slots=True)
class OrderForm:
    order_form_id: UUID
    tenant: TenantCode
    organisation: Organisation
    request_number: RequestNumber | None
    state: OrderFormState
    sent_at: datetime
    sent_by: str
    returned_at: datetime | None = None
    returned_by: str | None = None
    due_at: datetime | None = None
    new_tenant: TenantCode | None = None
    ended_at: datetime | None = None
    late: bool = False

    def returned(self, *, new_tenant: TenantCode, by: str, now: datetime) -> OrderForm:
        return replace(
            self,
            state=after(self.state, OrderFormAct.RETURN),
            returned_at=now,
            returned_by=by,
            due_at=now + OWED_WITHIN,
            new_tenant=new_tenant,
        )

    def ended(self, act: OrderFormAct, *, now: datetime) -> OrderForm:
        """Fulfilled or withdrawn."""
        return replace(self, state=after(self.state, act), ended_at=now, late=False)

    def seen_at(self, now: datetime) -> OrderForm:
        """Late is what is owed still, after its hour."""
        owed = self.state is OrderFormState.RETURNED and self.due_at is not None
        return replace(self, late=owed and self.due_at is not None and now > self.due_at)
