"""The free trial: asked for by anybody, opened by whoever reads the mailbox that he named."""

from __future__ import annotations

from contracts.codes import Language
from contracts.declare import Effect, Refusal
from contracts.fields import (
    Choice,
    Day,
    Email,
    Id,
    Instant,
    Mobile,
    PersonName,
    Secret,
    Strict,
    Tenant,
    Text,
)
from contracts.rights import gateway_only
from contracts.tenancy.contract import TENANCY, NoFields


class RequestTrial(Strict):
    organisation_name = PersonName(required=True)
    email = Email(required=True)
    given_name = PersonName(required=True)
    family_name = PersonName(required=True)
    language = Choice(Language, load_default=Language.FRENCH)
    mobile = Mobile(load_default=None, allow_none=True)
    address = Text(maximum=64, load_default=None, allow_none=True)


class TrialLink(Strict):
    token = Secret(maximum=128, required=True)


class RequestedTrial(Strict):
    organisation_name = Text(required=True)
    email = Email(required=True)
    given_name = Text(required=True)
    family_name = Text(required=True)
    language = Choice(Language, required=True)
    expires_at = Instant(required=True)
    would_end_on = Day(
        required=True, metadata={"description": "The last day of the trial, if begun today."}
    )


class BegunTrial(Strict):
    tenant = Tenant(required=True)
    ends_on = Day(required=True)


request_trial = TENANCY.call(
    "request_trial",
    request=RequestTrial,
    response=NoFields,
    right=gateway_only(),
    effect=Effect.ATTEMPT,
    summary="Ask for a free trial: the same answer to everybody, and a link by mail.",
)

read_trial_link = TENANCY.call(
    "read_trial_link",
    request=TrialLink,
    response=RequestedTrial,
    right=gateway_only(),
    effect=Effect.READ,
    summary="What a trial's link would open. Reading it changes nothing, however often.",
    refusals=(Refusal("NotFound", "link-not-usable"),),
)

confirm_trial = TENANCY.call(
    "confirm_trial",
    request=TrialLink,
    response=BegunTrial,
    right=gateway_only(),
    effect=Effect.ATTEMPT,
    summary="Open the trial: a tenant for a new company, without bank details.",
    refusals=(
        Refusal("NotFound", "link-not-usable"),
        Refusal("Conflict", "trial-already"),
    ),
)


class TrialRequestedPayload(Strict):
    """Nothing that a stranger typed beside the address: he could be writing to somebody else."""

    request_id = Id(required=True)
    email = Email(required=True)
    language = Choice(Language, required=True)
    sealed_link = Text(
        maximum=1024,
        required=True,
        metadata={"description": "Sealed with the installation's seal key."},
    )
    expires_at = Instant(required=True)


class TrialRequestExpiredPayload(Strict):
    request_id = Id(required=True)


class TrialEndApproachedPayload(Strict):
    tenant = Tenant(required=True)
    referent_id = Id(required=True, allow_none=True, metadata={"description": "Who is told."})
    ends_on = Day(required=True)
    closes_on = Day(required=True)


TrialRequested = TENANCY.event(
    "TrialRequested", payload=TrialRequestedPayload, heard_by=("notifications",)
)
TrialRequestExpired = TENANCY.event(
    "TrialRequestExpired", payload=TrialRequestExpiredPayload, heard_by=("notifications",)
)
TrialEndApproached = TENANCY.event(
    "TrialEndApproached", payload=TrialEndApproachedPayload, heard_by=("notifications",)
)
