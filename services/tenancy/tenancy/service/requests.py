"""Requests, as the customer sends and follows them."""

from __future__ import annotations

from typing import Any

from contracts import tenancy as calls
from servicekit.rpc import Context, answers
from tenancy.actions.comment_request import comment_request
from tenancy.actions.end_request import resolve_request, withdraw_request
from tenancy.actions.list_requests import RequestsPage, list_requests
from tenancy.actions.read_request import EntriesPage, list_request_entries, read_request
from tenancy.actions.reopen_request import reopen_request
from tenancy.actions.send_request import send_request
from tenancy.domain.requests import Request
from tenancy.service.parts import Housed

_OF_CONTRACT = frozenset(calls.RequestKind) - calls.OF_SUPPORT


class RequestCalls(Housed):
    @answers(calls.list_requests)
    def list_requests(self, context: Context, payload: dict[str, Any]) -> RequestsPage:
        return list_requests(db=self.house.db, context=context, **payload)

    @answers(calls.get_request)
    def get_request(self, context: Context, payload: dict[str, Any]) -> Request:
        return read_request(db=self.house.db, context=context, **payload)

    @answers(calls.list_request_entries)
    def list_request_entries(self, context: Context, payload: dict[str, Any]) -> EntriesPage:
        return list_request_entries(db=self.house.db, context=context, **payload)

    @answers(calls.send_request)
    def send_request(self, context: Context, payload: dict[str, Any]) -> Request:
        return send_request(**self.acting(context), kinds=calls.OF_SUPPORT, **payload)

    @answers(calls.send_contract_request)
    def send_contract_request(self, context: Context, payload: dict[str, Any]) -> Request:
        return send_request(**self.acting(context), kinds=_OF_CONTRACT, **payload)

    @answers(calls.comment_request)
    def comment_request(self, context: Context, payload: dict[str, Any]) -> Request:
        return comment_request(**self.acting(context), **payload)

    @answers(calls.resolve_request)
    def resolve_request(self, context: Context, payload: dict[str, Any]) -> Request:
        return resolve_request(**self.acting(context), **payload)

    @answers(calls.withdraw_request)
    def withdraw_request(self, context: Context, payload: dict[str, Any]) -> Request:
        return withdraw_request(**self.acting(context), **payload)

    @answers(calls.reopen_request)
    def reopen_request(self, context: Context, payload: dict[str, Any]) -> Request:
        return reopen_request(**self.acting(context), **payload)
