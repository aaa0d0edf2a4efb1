"""Applications that a tenant's administrators register: programs that act for the tenant by their
own right, or in the name of its people, and never beyond the tenant."""

from __future__ import annotations

from enum import StrEnum

from contracts.codes import Role, Section, StaffRole
from contracts.declare import Effect, Refusal, delete, get, post, put
from contracts.fields import (
    Choice,
    Edition,
    Id,
    Instant,
    Many,
    Part,
    Strict,
    Tenant,
    Text,
    Whole,
)
from contracts.gateway.contract import GATEWAY
from contracts.gateway.metadata import ClientMetadata, ClientQuota, KeysShown
from contracts.paging import Page, PageRequest
from contracts.rights import by_office, in_tenant

MOST_CLIENTS = 50
MOST_SECRETS = 2


class ApplicationKind(StrEnum):
    SERVICE = "service"  # acts by its own right (client credentials)
    WEB = "web"  # in people's names, with a secret on its server
    NATIVE = "native"  # in people's names, on a device: keeps no secret


class ClientSecret(Strict):
    """Never the secret itself: it is shown once, when it is made."""

    secret_id = Id(required=True)
    created_at = Instant(required=True)
    expires_at = Instant(required=True, allow_none=True)
    created_by = Id(load_default=None, allow_none=True, metadata={"description": "Who made it."})


class ClientView(ClientMetadata, KeysShown):
    client_id = Text(maximum=64, required=True)
    name = Text(maximum=120, required=True)
    kind = Choice(ApplicationKind, required=True)
    scopes = Many(Text(maximum=64), required=True)
    redirect_uris = Many(Text(maximum=2000), required=True)
    post_logout_redirect_uris = Many(Text(maximum=2000), required=True)
    quota = Part(
        ClientQuota,
        load_default=None,
        allow_none=True,
        metadata={"description": "Given by the provider; null: the installation's."},
    )
    secrets = Many(Part(ClientSecret), required=True)
    created_at = Instant(required=True)
    changed_at = Instant(required=True)


class Clients(Page):
    items = Many(Part(ClientView), maximum=200, required=True)


class ListClients(PageRequest):
    tenant = Tenant(required=True)


class OneClient(Strict):
    tenant = Tenant(required=True)
    client_id = Text(maximum=64, required=True)


class _Described(ClientMetadata):
    tenant = Tenant(required=True)
    name = Text(maximum=120, required=True)
    scopes = Many(
        Text(maximum=64),
        maximum=30,
        required=True,
        metadata={"description": "No more than the one who registers could do himself."},
    )
    redirect_uris = Many(
        Text(maximum=2000),
        maximum=10,
        load_default=(),
        metadata={
            "description": "Compared character by character. https, a loopback address (any port)"
            " or, for ``native``, a private-use scheme like ``com.example.app``."
        },
    )
    post_logout_redirect_uris = Many(Text(maximum=2000), maximum=10, load_default=())


class RegisterClient(_Described):
    kind = Choice(ApplicationKind, required=True)


class ChangeClient(_Described):
    client_id = Text(maximum=64, required=True)
    edition = Edition(demanded=True)


class ChangeClientQuota(OneClient):
    quota = Part(ClientQuota, load_default=None, allow_none=True)
    edition = Edition(demanded=True)


class RemovedClient(Strict):
    client_id = Text(maximum=64, required=True)


class AddClientSecret(OneClient):
    valid_days = Whole(
        minimum=1, maximum=730, load_default=365, metadata={"description": "How long it opens."}
    )


class NewClientSecret(Strict):
    secret_id = Id(required=True)
    client_secret = Text(
        maximum=64,
        required=True,
        metadata={"description": "Shown in this answer only: it is kept as a hash."},
    )
    expires_at = Instant(required=True)


class OneClientSecret(OneClient):
    secret_id = Id(required=True)


_MAY_READ = in_tenant(
    "clients.read",
    Section.USERS,
    Role.MANAGER,
    staff=(StaffRole.SUPPORT, StaffRole.OPERATOR, StaffRole.AUDITOR),
)
_MAY_WRITE = in_tenant("clients.write", Section.USERS, Role.MANAGER, staff=(StaffRole.OPERATOR,))
_UNKNOWN = Refusal("NotFound", "client-unknown")
# It may do more than whoever asks; who lets it prove itself, or be answered, can be it.
_ABOVE = Refusal("Forbidden", "client-above-caller")
_ALL = "/tenants/{tenant}/clients"
_ONE = f"{_ALL}/{{client_id}}"

list_clients = GATEWAY.call(
    "list_clients",
    request=ListClients,
    response=Clients,
    right=_MAY_READ,
    effect=Effect.READ,
    summary="The applications registered for the tenant, with what they may do.",
    route=get(_ALL),
)

get_client = GATEWAY.call(
    "get_client",
    request=OneClient,
    response=ClientView,
    right=_MAY_READ,
    effect=Effect.READ,
    summary="One application of the tenant.",
    refusals=(_UNKNOWN,),
    route=get(_ONE),
)

register_client = GATEWAY.call(
    "register_client",
    request=RegisterClient,
    response=ClientView,
    right=_MAY_WRITE,
    effect=Effect.WRITE,
    summary="Register an application for the tenant; its secret is made by a call of its own.",
    refusals=(Refusal("Conflict", "clients-too-many"),),
    route=post(_ALL, 201),
    step_up=True,
)

change_client = GATEWAY.call(
    "change_client",
    request=ChangeClient,
    response=ClientView,
    right=_MAY_WRITE,
    effect=Effect.WRITE,
    summary="Change what an application is called, may do and how it proves itself.",
    refusals=(_UNKNOWN, _ABOVE, Refusal("Conflict", "changed-meanwhile")),
    route=put(_ONE),
    step_up=True,
)

change_client_quota = GATEWAY.call(
    "change_client_quota",
    request=ChangeClientQuota,
    response=ClientView,
    right=by_office("clients.write", staff=(StaffRole.OPERATOR,)),
    effect=Effect.WRITE,
    summary="Let an application ask more or less than others; null: as the installation says.",
    refusals=(_UNKNOWN, Refusal("Conflict", "changed-meanwhile")),
    route=put(f"{_ONE}/quota"),
    step_up=True,
    reason=True,
)

remove_client = GATEWAY.call(
    "remove_client",
    request=OneClient,
    response=RemovedClient,
    right=_MAY_WRITE,
    effect=Effect.WRITE,
    summary="Remove an application: its secrets, tokens and consents end at once.",
    refusals=(_UNKNOWN,),
    route=delete(_ONE),
    step_up=True,
)

add_client_secret = GATEWAY.call(
    "add_client_secret",
    request=AddClientSecret,
    response=NewClientSecret,
    right=_MAY_WRITE,
    # Done again it makes another one: an answer that is kept would keep the secret.
    effect=Effect.ATTEMPT,
    summary="Make a secret, shown once; two may live, so that one replaces the other.",
    refusals=(
        _UNKNOWN,
        _ABOVE,
        Refusal("Conflict", "client-without-secret"),
        Refusal("Conflict", "secrets-too-many"),
    ),
    route=post(f"{_ONE}/secrets", 201),
    step_up=True,
)

remove_client_secret = GATEWAY.call(
    "remove_client_secret",
    request=OneClientSecret,
    response=ClientView,
    right=_MAY_WRITE,
    effect=Effect.WRITE,
    summary="End a secret and every token of the application within a second; it asks anew.",
    refusals=(_UNKNOWN, Refusal("NotFound", "secret-unknown")),
    route=delete(f"{_ONE}/secrets/{{secret_id}}"),
    step_up=True,
)
