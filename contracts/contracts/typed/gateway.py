"""Typed client of gateway. Made by ``python -m contracts.generate``."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict, cast

from contracts import gateway as calls
from contracts.typed.calling import Dispatch, given

ApplicationKind = Literal["service", "web", "native"]

ClientType = Literal["confidential", "public"]

GrantType = Literal[
    "authorization_code",
    "refresh_token",
    "client_credentials",
    "urn:ietf:params:oauth:grant-type:device_code",
    "urn:ietf:params:oauth:grant-type:token-exchange",
]

HandoverState = Literal[
    "offered", "accepted", "settling", "done", "declined", "withdrawn", "expired", "void"
]

ImpersonationState = Literal["proposed", "active", "declined", "expired", "ended", "over"]

Language = Literal["fr", "en"]

MailStatus = Literal["pending", "sent", "dead"]

Office = Literal["referent", "domain_owner"]

RecoveryKind = Literal["reset_factors", "change_email", "enable_person", "erase_person"]

RecoveryState = Literal["proposed", "approved", "executed", "refused", "withdrawn", "expired"]

RequestAct = Literal[
    "send", "assign", "start", "comment", "answer", "close", "resolve", "withdraw", "reopen"
]

Role = Literal["visitor", "manager", "cust_admin"]

Section = Literal[
    "contract",
    "dashboard",
    "services",
    "subscriptions",
    "invoices",
    "documents",
    "support",
    "users",
    "backup_console",
    "technical_console",
]

StaffRole = Literal["sales", "billing", "support", "operator", "auditor"]

TokenEndpointAuthMethod = Literal[
    "client_secret_basic", "client_secret_post", "private_key_jwt", "none"
]


class AuditEntry(TypedDict):
    sequence: int
    at: str
    actor_kind: str
    actor: str
    act: str | None
    action: str
    target: str
    details: dict[str, Any | None]
    reason: str | None
    call_id: str
    previous_hash: str
    hash: str
    actor_name: NotRequired[str | None]
    act_name: NotRequired[str | None]
    target_name: NotRequired[str | None]


class AuditEntries(TypedDict):
    next_cursor: NotRequired[str | None]
    items: list[AuditEntry]


class AuditVerification(TypedDict):
    entries: int
    head: str | None
    verified: bool
    broken_at: int | None
    next_after: NotRequired[int | None]


class Look(TypedDict):
    sequence: int
    at: str
    call: str
    operator: str
    operator_name: NotRequired[str | None]


class Looks(TypedDict):
    next_cursor: NotRequired[str | None]
    items: list[Look]


class PublicKey(TypedDict):
    kty: str
    kid: NotRequired[str]
    use: NotRequired[str]
    alg: NotRequired[str]
    key_ops: NotRequired[list[str]]
    n: NotRequired[str]
    e: NotRequired[str]
    crv: NotRequired[str]
    x: NotRequired[str]
    y: NotRequired[str]
    x5c: NotRequired[list[str]]
    x5t: NotRequired[str]


class PublicKeys(TypedDict):
    keys: list[PublicKey]


class ClientQuota(TypedDict):
    requests: int
    seconds: int


class ClientSecret(TypedDict):
    secret_id: str
    created_at: str
    expires_at: str | None
    created_by: NotRequired[str | None]


class ClientView(TypedDict):
    keys_set_by: NotRequired[str | None]
    keys_expire_at: NotRequired[str | None]
    token_endpoint_auth_method: NotRequired[TokenEndpointAuthMethod | None]
    jwks: NotRequired[PublicKeys | None]
    jwks_uri: NotRequired[str | None]
    dpop_bound_access_tokens: NotRequired[bool]
    require_pushed_authorization_requests: NotRequired[bool]
    backchannel_logout_uri: NotRequired[str | None]
    backchannel_logout_session_required: NotRequired[bool]
    default_max_age: NotRequired[int | None]
    client_id: str
    name: str
    kind: ApplicationKind
    scopes: list[str]
    redirect_uris: list[str]
    post_logout_redirect_uris: list[str]
    quota: NotRequired[ClientQuota | None]
    secrets: list[ClientSecret]
    created_at: str
    changed_at: str


class Clients(TypedDict):
    next_cursor: NotRequired[str | None]
    items: list[ClientView]


class RemovedClient(TypedDict):
    client_id: str


class NewClientSecret(TypedDict):
    secret_id: str
    client_secret: str
    expires_at: str


class Consent(TypedDict):
    client_id: str
    name: str
    scopes: list[str]
    given_at: str


class Consents(TypedDict):
    next_cursor: NotRequired[str | None]
    items: list[Consent]


class WithdrawnConsent(TypedDict):
    client_id: str


class Session(TypedDict):
    session_id: str
    current: bool
    method: str
    tenant: str | None
    address: str | None
    device: str | None
    browser: str | None
    system: str | None
    started_at: str
    proved_at: str
    last_seen_at: str
    applications: list[str]


class Sessions(TypedDict):
    next_cursor: NotRequired[str | None]
    items: list[Session]


class Ended(TypedDict):
    ended: int


class TenantOfPerson(TypedDict):
    tenant: str
    name: str
    roles: dict[Section, Role]
    offices: list[Office]
    joined_at: str
    accepted_at: str | None


class ExportedIamUser(TypedDict):
    tenant: str
    user_name: str
    email: str
    mobile: str | None
    created_at: str


class ExportedFactor(TypedDict):
    kind: str
    name: str | None
    added_at: str | None


class ExportedLink(TypedDict):
    purpose: str
    issued_at: str
    expires_at: str
    used_at: str | None


class SignInOfPerson(TypedDict):
    at: str
    method: str
    outcome: str
    address: str | None
    device: str | None


class OwnRecovery(TypedDict):
    recovery_id: str
    kind: RecoveryKind
    state: RecoveryState
    proposed_at: str
    expires_at: str
    takes_effect_at: str | None


class Impersonation(TypedDict):
    grant_id: str
    tenant: str
    state: ImpersonationState
    operator_id: str
    operator_name: str
    operator_login: str
    as_person_id: str
    as_name: str
    reason: str
    minutes: int
    given_by: str | None
    given_by_name: str | None
    proposed_by: str | None
    proposed_by_name: str | None
    approved_by: str | None
    approved_by_name: str | None
    given_at: str
    expires_at: str | None
    starts_at: str | None
    ends_at: str | None
    begun_at: str | None
    ended_at: str | None
    ended_by: str | None
    ended_by_name: str | None


class ExportedIdentity(TypedDict):
    person_id: str
    login: str
    email: str
    given_name: str
    family_name: str
    mobile: str | None
    language: Language
    registered_at: str
    password_changed_at: str | None
    staff_roles: list[StaffRole]
    tenants: list[TenantOfPerson]
    iam_users: list[ExportedIamUser]
    factors: list[ExportedFactor]
    links: list[ExportedLink]
    sign_ins: list[SignInOfPerson]
    recoveries: list[OwnRecovery]
    impersonations: NotRequired[list[Impersonation]]


class ExportedOffice(TypedDict):
    tenant: str
    office: Office
    email: str
    given_name: str
    family_name: str
    held_since: str


class ExportedEntry(TypedDict):
    tenant: str
    number: str
    subject: str
    at: str
    act: RequestAct
    text: str | None
    answers: dict[str, str]


class ExportedHandover(TypedDict):
    tenant: str
    office: Office
    state: HandoverState
    as_holder: bool
    offered_at: str
    accepted_at: str | None
    ended_at: str | None


class ExportedOffices(TypedDict):
    offices: list[ExportedOffice]
    requests: NotRequired[list[ExportedEntry]]
    handovers: NotRequired[list[ExportedHandover]]


class ExportedMail(TypedDict):
    tenant: str | None
    template: str
    recipient: str
    subject: str
    status: MailStatus
    created_at: str
    sent_at: str | None


class ExportedMails(TypedDict):
    mails: list[ExportedMail]


class ExportedSession(TypedDict):
    method: str
    domain: str | None
    address: str | None
    device: str | None
    created_at: str
    last_seen_at: str
    expires_at: str


class ExportedConsent(TypedDict):
    client_id: str
    client_name: str
    scopes: list[str]
    given_at: str


class ExportedClient(TypedDict):
    client_id: str
    client_name: str
    scopes: list[str]
    since: str
    until: str


class ExportedGateway(TypedDict):
    sessions: list[ExportedSession]
    consents: list[ExportedConsent]
    clients: list[ExportedClient]


class AccountExport(TypedDict):
    schema_version: int
    made_at: str
    identity: ExportedIdentity
    contracts: ExportedOffices
    mails: ExportedMails
    sessions: ExportedGateway


class ProviderClient(TypedDict):
    keys_set_by: NotRequired[str | None]
    keys_expire_at: NotRequired[str | None]
    token_endpoint_auth_method: NotRequired[TokenEndpointAuthMethod | None]
    jwks: NotRequired[PublicKeys | None]
    jwks_uri: NotRequired[str | None]
    dpop_bound_access_tokens: NotRequired[bool]
    require_pushed_authorization_requests: NotRequired[bool]
    backchannel_logout_uri: NotRequired[str | None]
    backchannel_logout_session_required: NotRequired[bool]
    default_max_age: NotRequired[int | None]
    client_id: str
    name: str
    grants: list[GrantType]
    scopes: NotRequired[list[str]]
    redirect_uris: NotRequired[list[str]]
    post_logout_redirect_uris: NotRequired[list[str]]
    tenants: NotRequired[list[str]]
    audiences: NotRequired[list[str]]
    first_party: NotRequired[bool]
    quota: NotRequired[ClientQuota | None]
    kind: ClientType
    by_settings: bool
    secrets: list[ClientSecret]
    created_at: str
    changed_at: str


class ProviderClients(TypedDict):
    next_cursor: NotRequired[str | None]
    items: list[ProviderClient]


class GatewayClient:
    """Gateway: sessions, applications and consents, which it answers itself."""

    def __init__(self, dispatch: Dispatch) -> None:
        self._dispatch = dispatch

    def list_audit_entries(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        tenant: str,
        grant: str | None = None,
    ) -> AuditEntries:
        """The tenant's audit trail in gateway, oldest first."""
        payload = given(limit=limit, cursor=cursor, tenant=tenant, grant=grant)
        return cast(AuditEntries, self._dispatch(calls.list_audit_entries, payload))

    def verify_audit_chain(self, *, tenant: str, after: int | None = None) -> AuditVerification:
        """Recompute the hash chain of the tenant's trail in gateway."""
        payload = given(tenant=tenant, after=after)
        return cast(AuditVerification, self._dispatch(calls.verify_audit_chain, payload))

    def list_house_entries(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> AuditEntries:
        """The installation's own audit trail in gateway, oldest first."""
        payload = given(limit=limit, cursor=cursor)
        return cast(AuditEntries, self._dispatch(calls.list_house_entries, payload))

    def verify_house_chain(self, *, after: int | None = None) -> AuditVerification:
        """Recompute the hash chain of the installation's trail in gateway."""
        payload = given(after=after)
        return cast(AuditVerification, self._dispatch(calls.verify_house_chain, payload))

    def list_looks(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        tenant: str,
        grant_id: str,
    ) -> Looks:
        """What staff looked at in gateway by one grant, oldest first."""
        payload = given(limit=limit, cursor=cursor, tenant=tenant, grant_id=grant_id)
        return cast(Looks, self._dispatch(calls.list_looks, payload))

    def list_own_looks(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        tenant: str,
        grant_id: str,
    ) -> Looks:
        """What staff looked at in gateway as oneself, by one grant."""
        payload = given(limit=limit, cursor=cursor, tenant=tenant, grant_id=grant_id)
        return cast(Looks, self._dispatch(calls.list_own_looks, payload))

    def list_clients(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        tenant: str,
    ) -> Clients:
        """The applications registered for the tenant, with what they may do."""
        payload = given(limit=limit, cursor=cursor, tenant=tenant)
        return cast(Clients, self._dispatch(calls.list_clients, payload))

    def get_client(self, *, tenant: str, client_id: str) -> ClientView:
        """One application of the tenant."""
        payload = given(tenant=tenant, client_id=client_id)
        return cast(ClientView, self._dispatch(calls.get_client, payload))

    def register_client(
        self,
        *,
        token_endpoint_auth_method: TokenEndpointAuthMethod | None = None,
        jwks: PublicKeys | None = None,
        jwks_uri: str | None = None,
        dpop_bound_access_tokens: bool | None = None,
        require_pushed_authorization_requests: bool | None = None,
        backchannel_logout_uri: str | None = None,
        backchannel_logout_session_required: bool | None = None,
        default_max_age: int | None = None,
        tenant: str,
        name: str,
        scopes: list[str],
        redirect_uris: list[str] | None = None,
        post_logout_redirect_uris: list[str] | None = None,
        kind: ApplicationKind,
    ) -> ClientView:
        """Register an application for the tenant; its secret is made by a call of its own."""
        payload = given(
            token_endpoint_auth_method=token_endpoint_auth_method,
            jwks=jwks,
            jwks_uri=jwks_uri,
            dpop_bound_access_tokens=dpop_bound_access_tokens,
            require_pushed_authorization_requests=require_pushed_authorization_requests,
            backchannel_logout_uri=backchannel_logout_uri,
            backchannel_logout_session_required=backchannel_logout_session_required,
            default_max_age=default_max_age,
            tenant=tenant,
            name=name,
            scopes=scopes,
            redirect_uris=redirect_uris,
            post_logout_redirect_uris=post_logout_redirect_uris,
            kind=kind,
        )
        return cast(ClientView, self._dispatch(calls.register_client, payload))

    def change_client(
        self,
        *,
        token_endpoint_auth_method: TokenEndpointAuthMethod | None = None,
        jwks: PublicKeys | None = None,
        jwks_uri: str | None = None,
        dpop_bound_access_tokens: bool | None = None,
        require_pushed_authorization_requests: bool | None = None,
        backchannel_logout_uri: str | None = None,
        backchannel_logout_session_required: bool | None = None,
        default_max_age: int | None = None,
        tenant: str,
        name: str,
        scopes: list[str],
        redirect_uris: list[str] | None = None,
        post_logout_redirect_uris: list[str] | None = None,
        client_id: str,
        edition: str | None = None,
    ) -> ClientView:
        """Change what an application is called, may do and how it proves itself."""
        payload = given(
            token_endpoint_auth_method=token_endpoint_auth_method,
            jwks=jwks,
            jwks_uri=jwks_uri,
            dpop_bound_access_tokens=dpop_bound_access_tokens,
            require_pushed_authorization_requests=require_pushed_authorization_requests,
            backchannel_logout_uri=backchannel_logout_uri,
            backchannel_logout_session_required=backchannel_logout_session_required,
            default_max_age=default_max_age,
            tenant=tenant,
            name=name,
            scopes=scopes,
            redirect_uris=redirect_uris,
            post_logout_redirect_uris=post_logout_redirect_uris,
            client_id=client_id,
            edition=edition,
        )
        return cast(ClientView, self._dispatch(calls.change_client, payload))

    def change_client_quota(
        self,
        *,
        tenant: str,
        client_id: str,
        quota: ClientQuota | None = None,
        edition: str | None = None,
    ) -> ClientView:
        """Let an application ask more or less than others; null: as the installation says."""
        payload = given(tenant=tenant, client_id=client_id, quota=quota, edition=edition)
        return cast(ClientView, self._dispatch(calls.change_client_quota, payload))

    def remove_client(self, *, tenant: str, client_id: str) -> RemovedClient:
        """Remove an application: its secrets, tokens and consents end at once."""
        payload = given(tenant=tenant, client_id=client_id)
        return cast(RemovedClient, self._dispatch(calls.remove_client, payload))

    def add_client_secret(
        self,
        *,
        tenant: str,
        client_id: str,
        valid_days: int | None = None,
    ) -> NewClientSecret:
        """Make a secret, shown once; two may live, so that one replaces the other."""
        payload = given(tenant=tenant, client_id=client_id, valid_days=valid_days)
        return cast(NewClientSecret, self._dispatch(calls.add_client_secret, payload))

    def remove_client_secret(self, *, tenant: str, client_id: str, secret_id: str) -> ClientView:
        """End a secret and every token of the application within a second; it asks anew."""
        payload = given(tenant=tenant, client_id=client_id, secret_id=secret_id)
        return cast(ClientView, self._dispatch(calls.remove_client_secret, payload))

    def list_consents(self, *, limit: int | None = None, cursor: str | None = None) -> Consents:
        """The applications that I have let act in my name."""
        payload = given(limit=limit, cursor=cursor)
        return cast(Consents, self._dispatch(calls.list_consents, payload))

    def withdraw_consent(self, *, client_id: str) -> WithdrawnConsent:
        """Let an application act in my name no more; its tokens of me end at once."""
        payload = given(client_id=client_id)
        return cast(WithdrawnConsent, self._dispatch(calls.withdraw_consent, payload))

    def list_sessions(self, *, limit: int | None = None, cursor: str | None = None) -> Sessions:
        """Where I am signed in, the latest sign-in first."""
        payload = given(limit=limit, cursor=cursor)
        return cast(Sessions, self._dispatch(calls.list_sessions, payload))

    def end_session(self, *, session_id: str) -> Ended:
        """End one of my sessions, with all tokens of it."""
        payload = given(session_id=session_id)
        return cast(Ended, self._dispatch(calls.end_session, payload))

    def end_other_sessions(self) -> Ended:
        """End all my sessions but the one that this call came by."""
        payload = given()
        return cast(Ended, self._dispatch(calls.end_other_sessions, payload))

    def end_all_sessions(self) -> Ended:
        """End all my sessions, this one as well."""
        payload = given()
        return cast(Ended, self._dispatch(calls.end_all_sessions, payload))

    def end_all_sessions_of(self, *, person_id: str) -> Ended:
        """End all sessions of a person, who signs in anew; of staff for operators only."""
        payload = given(person_id=person_id)
        return cast(Ended, self._dispatch(calls.end_all_sessions_of, payload))

    def export_account(self) -> AccountExport:
        """All that is kept of me, in one document (GDPR articles 15 and 20)."""
        payload = given()
        return cast(AccountExport, self._dispatch(calls.export_account, payload))

    def list_provider_clients(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> ProviderClients:
        """The provider's own clients, with what they may do."""
        payload = given(limit=limit, cursor=cursor)
        return cast(ProviderClients, self._dispatch(calls.list_provider_clients, payload))

    def get_provider_client(self, *, client_id: str) -> ProviderClient:
        """One client of the provider."""
        payload = given(client_id=client_id)
        return cast(ProviderClient, self._dispatch(calls.get_provider_client, payload))

    def register_provider_client(
        self,
        *,
        token_endpoint_auth_method: TokenEndpointAuthMethod | None = None,
        jwks: PublicKeys | None = None,
        jwks_uri: str | None = None,
        dpop_bound_access_tokens: bool | None = None,
        require_pushed_authorization_requests: bool | None = None,
        backchannel_logout_uri: str | None = None,
        backchannel_logout_session_required: bool | None = None,
        default_max_age: int | None = None,
        client_id: str,
        name: str,
        grants: list[GrantType],
        scopes: list[str] | None = None,
        redirect_uris: list[str] | None = None,
        post_logout_redirect_uris: list[str] | None = None,
        tenants: list[str] | None = None,
        audiences: list[str] | None = None,
        first_party: bool | None = None,
        quota: ClientQuota | None = None,
        kind: ClientType,
    ) -> ProviderClient:
        """Register a client of the provider; every operator is told by mail."""
        payload = given(
            token_endpoint_auth_method=token_endpoint_auth_method,
            jwks=jwks,
            jwks_uri=jwks_uri,
            dpop_bound_access_tokens=dpop_bound_access_tokens,
            require_pushed_authorization_requests=require_pushed_authorization_requests,
            backchannel_logout_uri=backchannel_logout_uri,
            backchannel_logout_session_required=backchannel_logout_session_required,
            default_max_age=default_max_age,
            client_id=client_id,
            name=name,
            grants=grants,
            scopes=scopes,
            redirect_uris=redirect_uris,
            post_logout_redirect_uris=post_logout_redirect_uris,
            tenants=tenants,
            audiences=audiences,
            first_party=first_party,
            quota=quota,
            kind=kind,
        )
        return cast(ProviderClient, self._dispatch(calls.register_provider_client, payload))

    def change_provider_client(
        self,
        *,
        token_endpoint_auth_method: TokenEndpointAuthMethod | None = None,
        jwks: PublicKeys | None = None,
        jwks_uri: str | None = None,
        dpop_bound_access_tokens: bool | None = None,
        require_pushed_authorization_requests: bool | None = None,
        backchannel_logout_uri: str | None = None,
        backchannel_logout_session_required: bool | None = None,
        default_max_age: int | None = None,
        client_id: str,
        name: str,
        grants: list[GrantType],
        scopes: list[str] | None = None,
        redirect_uris: list[str] | None = None,
        post_logout_redirect_uris: list[str] | None = None,
        tenants: list[str] | None = None,
        audiences: list[str] | None = None,
        first_party: bool | None = None,
        quota: ClientQuota | None = None,
        edition: str | None = None,
    ) -> ProviderClient:
        """Change a client of the provider; what it loses its tokens lose within a second."""
        payload = given(
            token_endpoint_auth_method=token_endpoint_auth_method,
            jwks=jwks,
            jwks_uri=jwks_uri,
            dpop_bound_access_tokens=dpop_bound_access_tokens,
            require_pushed_authorization_requests=require_pushed_authorization_requests,
            backchannel_logout_uri=backchannel_logout_uri,
            backchannel_logout_session_required=backchannel_logout_session_required,
            default_max_age=default_max_age,
            client_id=client_id,
            name=name,
            grants=grants,
            scopes=scopes,
            redirect_uris=redirect_uris,
            post_logout_redirect_uris=post_logout_redirect_uris,
            tenants=tenants,
            audiences=audiences,
            first_party=first_party,
            quota=quota,
            edition=edition,
        )
        return cast(ProviderClient, self._dispatch(calls.change_provider_client, payload))

    def remove_provider_client(self, *, client_id: str) -> RemovedClient:
        """Remove a client of the provider: its secrets, tokens and consents end at once."""
        payload = given(client_id=client_id)
        return cast(RemovedClient, self._dispatch(calls.remove_provider_client, payload))

    def add_provider_client_secret(
        self,
        *,
        client_id: str,
        valid_days: int | None = None,
    ) -> NewClientSecret:
        """Make a secret, shown once; two may live, so that one replaces the other."""
        payload = given(client_id=client_id, valid_days=valid_days)
        return cast(NewClientSecret, self._dispatch(calls.add_provider_client_secret, payload))

    def remove_provider_client_secret(self, *, client_id: str, secret_id: str) -> ProviderClient:
        """End a secret and every token of the client within a second; it asks anew."""
        payload = given(client_id=client_id, secret_id=secret_id)
        return cast(ProviderClient, self._dispatch(calls.remove_provider_client_secret, payload))
