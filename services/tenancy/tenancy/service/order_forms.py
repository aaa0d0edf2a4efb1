"""One more tenant on request."""

from __future__ import annotations

from typing import Any

from contracts import tenancy as calls
from servicekit.rpc import Context, answers
from tenancy.actions.order_tenant import (
    OrderFormsPage,
    fulfil_order_form,
    list_order_forms,
    list_owed_tenants,
    read_order_form,
    return_order_form,
    send_order_form,
    withdraw_order_form,
)
from tenancy.domain.order_forms import OrderForm
from tenancy.service.opening import opening_of
from tenancy.service.parts import Housed


class OrderFormsCalls(Housed):
    @answers(calls.send_order_form)
    def send_order_form(self, context: Context, payload: dict[str, Any]) -> OrderForm:
        return send_order_form(**self.acting(context), **payload)

    @answers(calls.list_order_forms)
    def list_order_forms(self, context: Context, payload: dict[str, Any]) -> OrderFormsPage:
        return list_order_forms(**self.acting(context), **payload)

    @answers(calls.get_order_form)
    def get_order_form(self, context: Context, payload: dict[str, Any]) -> OrderForm:
        return read_order_form(**self.acting(context), **payload)

    @answers(calls.return_order_form)
    def return_order_form(self, context: Context, payload: dict[str, Any]) -> OrderForm:
        return return_order_form(
            **self.acting(context),
            region=self.house.settings.region,
            tenant=payload["tenant"],
            order_form_id=payload["order_form_id"],
            opening=opening_of(payload),
        )

    @answers(calls.fulfil_order_form)
    def fulfil_order_form(self, context: Context, payload: dict[str, Any]) -> OrderForm:
        return fulfil_order_form(**self.acting(context), **payload)

    @answers(calls.withdraw_order_form)
    def withdraw_order_form(self, context: Context, payload: dict[str, Any]) -> OrderForm:
        return withdraw_order_form(**self.acting(context), **payload)

    @answers(calls.list_owed_tenants)
    def list_owed_tenants(self, context: Context, payload: dict[str, Any]) -> OrderFormsPage:
        return list_owed_tenants(**self.acting(context), **payload)
