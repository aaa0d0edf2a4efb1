"""The provider's own clients: of no tenant, for tenants by name or for every one (``*``)."""

from __future__ import annotations

from enum import StrEnum

from contracts.codes import StaffRole
from contracts.declare import Effect, Refusal, delete, get, post, put
from contracts.fields import Choice, Edition, Flag, Id, Instant, Many, Part, Strict, Text, Whole
from contracts.gateway.clients import ClientSecret, NewClientSecret, RemovedClient
from contracts.gateway.contract import GATEWAY
from contracts.gateway.metadata import ClientMetadata, ClientQuota, KeysShown
from contracts.paging import Page, PageRequest
from contracts.rights import staff_only

# So many contracts one operator names, a mail to each of the others; for more it is as for all.
FEW_TENANTS = 20


class ClientType(StrEnum):
    """RFC 6749, section 2.1."""

    CONFIDENTIAL = "confidential"
    PUBLIC = "public"


class GrantType(StrEnum):
    AUTHORIZATION_CODE = "authorization_code"
    REFRESH_TOKEN = "refresh_token"  # noqa: S105 - the name of a grant
    CLIENT_CREDENTIALS = "client_credentials"
    DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
    TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105


class _ProviderClient(ClientMetadata):
    client_id = Text(maximum=64, required=True)
    name = Text(maximum=120, required=True)
    grants = Many(Choice(GrantType), minimum=1, maximum=5, required=True)
    scopes = Many(Text(maximum=64), maximum=60, load_default=())
    redirect_uris = Many(Text(maximum=2000), maximum=20, load_default=())
    post_logout_redirect_uris = Many(Text(maximum=2000), maximum=20, load_default=())
    tenants = Many(
        Text(maximum=16),
        maximum=300,
        load_default=(),
        metadata={
            "description": "For which it acts by its own right; ``*``: every one. ``*`` and"
            f" more than {FEW_TENANTS} are said on the command line alone."
        },
    )
    audiences = Many(
        Text(maximum=255),
        maximum=20,
        load_default=(),
        metadata={"description": "Whose tokens it may ask about though others were given them."},
    )
    first_party = Flag(
        load_default=False, metadata={"description": "Ours: nobody is asked to agree."}
    )
    quota = Part(
        ClientQuota,
        load_default=None,
        allow_none=True,
        metadata={"description": "Null: as the installation says."},
    )


class ProviderClient(_ProviderClient, KeysShown):
    kind = Choice(ClientType, required=True)
    by_settings = Flag(
        required=True,
        metadata={"description": "Told by the installation's settings, and not changed here."},
    )
    secrets = Many(Part(ClientSecret), required=True)
    created_at = Instant(required=True)
    changed_at = Instant(required=True)


class ProviderClients(Page):
    items = Many(Part(ProviderClient), maximum=200, required=True)


class OneProviderClient(Strict):
    client_id = Text(maximum=64, required=True)


class RegisterProviderClient(_ProviderClient):
    kind = Choice(ClientType, required=True)


class ChangeProviderClient(_ProviderClient):
    edition = Edition(demanded=True)


class AddProviderClientSecret(OneProviderClient):
    valid_days = Whole(
        minimum=1, maximum=730, load_default=365, metadata={"description": "How long it opens."}
    )


class OneProviderClientSecret(OneProviderClient):
    secret_id = Id(required=True)


_MAY_READ = staff_only("clients.read", StaffRole.SUPPORT, StaffRole.OPERATOR, StaffRole.AUDITOR)
_MAY_WRITE = staff_only("clients.write", StaffRole.OPERATOR)
_UNKNOWN = Refusal("NotFound", "client-unknown")
_BY_SETTINGS = Refusal("Conflict", "client-by-settings")
_COMMAND_LINE = Refusal("Forbidden", "command-line-only")
_ALL = "/clients"
_ONE = f"{_ALL}/{{client_id}}"

list_provider_clients = GATEWAY.call(
    "list_provider_clients",
    request=PageRequest,
    response=ProviderClients,
    right=_MAY_READ,
    effect=Effect.READ,
    summary="The provider's own clients, with what they may do.",
    route=get(_ALL),
)

get_provider_client = GATEWAY.call(
    "get_provider_client",
    request=OneProviderClient,
    response=ProviderClient,
    right=_MAY_READ,
    effect=Effect.READ,
    summary="One client of the provider.",
    refusals=(_UNKNOWN,),
    route=get(_ONE),
)

register_provider_client = GATEWAY.call(
    "register_provider_client",
    request=RegisterProviderClient,
    response=ProviderClient,
    right=_MAY_WRITE,
    effect=Effect.WRITE,
    summary="Register a client of the provider; every operator is told by mail.",
    refusals=(Refusal("Conflict", "client-exists"), _COMMAND_LINE),
    route=post(_ALL, 201),
    step_up=True,
    reason=True,
)

change_provider_client = GATEWAY.call(
    "change_provider_client",
    request=ChangeProviderClient,
    response=ProviderClient,
    right=_MAY_WRITE,
    effect=Effect.WRITE,
    summary="Change a client of the provider; what it loses its tokens lose within a second.",
    refusals=(_UNKNOWN, _BY_SETTINGS, _COMMAND_LINE, Refusal("Conflict", "changed-meanwhile")),
    route=put(_ONE),
    step_up=True,
    reason=True,
)

remove_provider_client = GATEWAY.call(
    "remove_provider_client",
    request=OneProviderClient,
    response=RemovedClient,
    right=_MAY_WRITE,
    effect=Effect.WRITE,
    summary="Remove a client of the provider: its secrets, tokens and consents end at once.",
    refusals=(_UNKNOWN, _BY_SETTINGS),
    route=delete(_ONE),
    step_up=True,
    reason=True,
)

add_provider_client_secret = GATEWAY.call(
    "add_provider_client_secret",
    request=AddProviderClientSecret,
    response=NewClientSecret,
    right=_MAY_WRITE,
    # Done again it makes another one: an answer that is kept would keep the secret.
    effect=Effect.ATTEMPT,
    summary="Make a secret, shown once; two may live, so that one replaces the other.",
    refusals=(
        _UNKNOWN,
        _BY_SETTINGS,
        _COMMAND_LINE,
        Refusal("Conflict", "client-without-secret"),
        Refusal("Conflict", "secrets-too-many"),
    ),
    route=post(f"{_ONE}/secrets", 201),
    step_up=True,
    reason=True,
)

remove_provider_client_secret = GATEWAY.call(
    "remove_provider_client_secret",
    request=OneProviderClientSecret,
    response=ProviderClient,
    right=_MAY_WRITE,
    effect=Effect.WRITE,
    summary="End a secret and every token of the client within a second; it asks anew.",
    refusals=(_UNKNOWN, _BY_SETTINGS, Refusal("NotFound", "secret-unknown")),
    route=delete(f"{_ONE}/secrets/{{secret_id}}"),
    step_up=True,
    reason=True,
)
