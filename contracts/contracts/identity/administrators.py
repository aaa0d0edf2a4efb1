"""Who answers for what belongs to a tenant, or to the installation, and is told of it."""

from __future__ import annotations

from contracts.declare import Effect
from contracts.fields import Id, Many, Strict, Text
from contracts.identity.contract import IDENTITY
from contracts.rights import gateway_only

MOST_ADMINISTRATORS = 100


class ListAdministrators(Strict):
    chain = Text(
        maximum=16, required=True, metadata={"description": "A tenant's code; ``-``: operators."}
    )


class Administrators(Strict):
    person_ids = Many(Id(), maximum=MOST_ADMINISTRATORS, required=True)


list_administrators = IDENTITY.call(
    "list_administrators",
    request=ListAdministrators,
    response=Administrators,
    right=gateway_only(),
    effect=Effect.READ,
    summary="The managers of a tenant's users who can act, or the operators of the installation.",
)
