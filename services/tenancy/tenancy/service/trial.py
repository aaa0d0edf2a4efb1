"""The free trial: asked for, read, begun."""

from __future__ import annotations

from typing import Any

from contracts import tenancy as calls
from servicekit.rpc import Context, answers
from tenancy.actions.begin_trial import (
    BegunTrial,
    RequestedTrial,
    confirm_trial,
    read_trial_link,
)
from tenancy.actions.request_trial import request_trial
from tenancy.domain.people import Contact
from tenancy.service.parts import Housed

_CONTACT = ("email", "given_name", "family_name", "language", "mobile")


class TrialCalls(Housed):
    @answers(calls.request_trial)
    def request_trial(self, context: Context, payload: dict[str, Any]) -> dict[str, Any]:
        return request_trial(
            **self.acting(context),
            sealer=self.house.sealer,
            organisation_name=payload["organisation_name"],
            contact=Contact(**{name: payload[name] for name in _CONTACT}),
            address=payload["address"],
        )

    @answers(calls.read_trial_link)
    def read_trial_link(self, context: Context, payload: dict[str, Any]) -> RequestedTrial:
        return read_trial_link(**self.acting(context), **payload)

    @answers(calls.confirm_trial)
    def confirm_trial(self, context: Context, payload: dict[str, Any]) -> BegunTrial:
        region = self.house.settings.region
        return confirm_trial(**self.acting(context), region=region, **payload)
