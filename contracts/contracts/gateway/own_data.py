"""All that the installation holds of a person, in one document for himself."""

from __future__ import annotations

from typing import Any

from contracts.declare import Effect, get
from contracts.fields import Instant, Many, Part, Strict, Tenant, Text, Whole
from contracts.gateway.contract import GATEWAY
from contracts.gateway.sessions import NoFields
from contracts.identity.own_data import ExportedIdentity
from contracts.notifications import ExportedMails
from contracts.rights import self_service
from contracts.tenancy import ExportedOffices

EXPORT_VERSION = 1


class Handed(Part):
    """What another service answered: JSON values already, handed on as they came."""

    # marshmallow's own Nested calls the value by another name than Field does.
    def _serialize(  # type: ignore[override]
        self, nested_obj: Any, attr: Any, obj: Any, **kwargs: Any
    ) -> Any:
        return nested_obj


class ExportedSession(Strict):
    method = Text(required=True, maximum=16)
    domain = Tenant(required=True, allow_none=True)
    address = Text(required=True, allow_none=True, maximum=64)
    device = Text(required=True, allow_none=True, maximum=400)
    created_at = Instant(required=True)
    last_seen_at = Instant(required=True)
    expires_at = Instant(required=True)


class ExportedConsent(Strict):
    client_id = Text(required=True)
    client_name = Text(required=True)
    scopes = Many(Text(), required=True)
    given_at = Instant(required=True)


class ExportedClient(Strict):
    """A program that holds, or held lately, tokens in his name."""

    client_id = Text(required=True)
    client_name = Text(required=True)
    scopes = Many(Text(), required=True)
    since = Instant(required=True)
    until = Instant(required=True)


class ExportedGateway(Strict):
    sessions = Many(Part(ExportedSession), maximum=1000, required=True)
    consents = Many(Part(ExportedConsent), maximum=1000, required=True)
    clients = Many(Part(ExportedClient), maximum=1000, required=True)


class AccountExport(Strict):
    """One part a service. A later version only adds to an earlier one."""

    schema_version = Whole(required=True)
    made_at = Instant(required=True)
    identity = Handed(ExportedIdentity, required=True)
    contracts = Handed(ExportedOffices, required=True)
    mails = Handed(ExportedMails, required=True)
    sessions = Part(ExportedGateway, required=True)


export_account = GATEWAY.call(
    "export_account",
    request=NoFields,
    response=AccountExport,
    right=self_service("account"),
    effect=Effect.READ,
    summary="All that is kept of me, in one document (GDPR articles 15 and 20).",
    route=get("/account/export"),
    deadline=60.0,
    step_up=True,
)
