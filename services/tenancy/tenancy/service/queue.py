"""What staff do with requests."""

from __future__ import annotations

from typing import Any

from contracts import tenancy as calls
from servicekit.rpc import Context, answers
from tenancy.actions.list_queue import QueuePage, count_queue, list_queue
from tenancy.actions.work_on_request import (
    answer_request,
    assign_request,
    close_request,
    start_request,
)
from tenancy.domain.queue import QueueCounts
from tenancy.domain.requests import Request
from tenancy.service.parts import Housed


class QueueCalls(Housed):
    @answers(calls.list_queue)
    def list_queue(self, context: Context, payload: dict[str, Any]) -> QueuePage:
        return list_queue(**self.acting(context), **payload)

    @answers(calls.count_queue)
    def count_queue(self, context: Context, payload: dict[str, Any]) -> QueueCounts:
        return count_queue(**self.acting(context))

    @answers(calls.assign_request)
    def assign_request(self, context: Context, payload: dict[str, Any]) -> Request:
        return assign_request(**self.acting(context), **payload)

    @answers(calls.start_request)
    def start_request(self, context: Context, payload: dict[str, Any]) -> Request:
        return start_request(**self.acting(context), **payload)

    @answers(calls.answer_request)
    def answer_request(self, context: Context, payload: dict[str, Any]) -> Request:
        return answer_request(**self.acting(context), **payload)

    @answers(calls.close_request)
    def close_request(self, context: Context, payload: dict[str, Any]) -> Request:
        return close_request(**self.acting(context), **payload)
