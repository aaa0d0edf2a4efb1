"""Proving again who one is, in the middle of a session, for the gateway's page."""

from __future__ import annotations

from contracts.codes import FactorKind
from contracts.declare import Effect, Refusal
from contracts.fields import Choice, Id, Many, Secret, Strict
from contracts.identity.contract import IDENTITY, Nothing
from contracts.people import Visit
from contracts.rights import gateway_only


class ProvePassword(Visit):
    person_id = Id(required=True)
    iam_user_id = Id(
        load_default=None,
        allow_none=True,
        metadata={"description": "By the API password of this IAM user; null: portal password."},
    )
    password = Secret(required=True)


class WhoProves(Strict):
    person_id = Id(required=True)


class FactorKinds(Strict):
    factors = Many(Choice(FactorKind), maximum=10, required=True)


prove_password = IDENTITY.call(
    "prove_password",
    request=ProvePassword,
    response=Nothing,
    right=gateway_only(),
    effect=Effect.ATTEMPT,
    summary="Somebody who is signed in gives his password again; counts against its lock.",
    refusals=(
        Refusal("Forbidden", "current-password-wrong"),
        Refusal("NotFound", "iam-user-unknown"),
    ),
)
list_factor_kinds = IDENTITY.call(
    "list_factor_kinds",
    request=WhoProves,
    response=FactorKinds,
    right=gateway_only(),
    effect=Effect.READ,
    summary="With which second factors a person can prove who he is.",
)
