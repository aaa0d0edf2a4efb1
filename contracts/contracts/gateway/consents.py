"""Which applications of others may act in somebody's name, and taking it back."""

from __future__ import annotations

from contracts.declare import Effect, Refusal, delete, get
from contracts.fields import Instant, Many, Part, Strict, Text
from contracts.gateway.contract import GATEWAY
from contracts.paging import Page, PageRequest
from contracts.rights import self_service


class Consent(Strict):
    client_id = Text(maximum=64, required=True)
    name = Text(maximum=120, required=True)
    scopes = Many(Text(maximum=64), required=True)
    given_at = Instant(required=True, metadata={"description": "The last time."})


class Consents(Page):
    items = Many(Part(Consent), maximum=200, required=True)


class WithdrawConsent(Strict):
    client_id = Text(maximum=64, required=True)


class WithdrawnConsent(Strict):
    client_id = Text(maximum=64, required=True)


list_consents = GATEWAY.call(
    "list_consents",
    request=PageRequest,
    response=Consents,
    right=self_service("account"),
    effect=Effect.READ,
    summary="The applications that I have let act in my name.",
    route=get("/account/applications"),
)

withdraw_consent = GATEWAY.call(
    "withdraw_consent",
    request=WithdrawConsent,
    response=WithdrawnConsent,
    right=self_service("account"),
    effect=Effect.WRITE,
    summary="Let an application act in my name no more; its tokens of me end at once.",
    refusals=(Refusal("NotFound", "consent-unknown"),),
    route=delete("/account/applications/{client_id}"),
)
