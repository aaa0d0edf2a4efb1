"""Typed client of identity. Made by ``python -m contracts.generate``."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict, cast

from contracts import identity as calls
from contracts.typed.calling import Dispatch, given

CredentialKind = Literal["portal", "api"]

ErasureState = Literal["none", "requested", "cancelled", "refused", "done"]

FactorKind = Literal["totp", "passkey", "recovery_code"]

GrantPath = Literal["users-manager", "office-holder", "console-manager", "operator", "nobody"]

ImpersonationState = Literal["proposed", "active", "declined", "expired", "ended", "over"]

Language = Literal["fr", "en"]

LinkPurpose = Literal["welcome", "console_welcome", "reset", "mail_change", "invitation", "not_me"]

NameKind = Literal["person", "staff", "iam_user", "erased"]

NotMe = Literal["locked", "password", "factor", "mail"]

Office = Literal["referent", "domain_owner"]

Reason = Literal["login-closed", "user-disabled", "iam-user-disabled", "right-missing"]

RecoveryKind = Literal["reset_factors", "change_email", "enable_person", "erase_person"]

RecoveryState = Literal["proposed", "approved", "executed", "refused", "withdrawn", "expired"]

Role = Literal["visitor", "manager", "cust_admin"]

SecondFactorStep = Literal["none", "needed", "enrol"]

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

UserState = Literal["invited", "disabled"]


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


class IamUser(TypedDict):
    iam_user_id: str
    tenant: str
    person_id: str
    user_name: str
    email: str
    mobile: str | None
    is_domain_owner: bool
    api_password_set: bool
    failed_logins: int
    locked_until: str | None
    disabled_at: NotRequired[str | None]


class IamUsers(TypedDict):
    next_cursor: NotRequired[str | None]
    items: list[IamUser]


class Nothing(TypedDict):
    pass


class PasswordRules(TypedDict):
    minimum_length: int
    maximum_length: int
    character_classes: int
    not_user_name: bool
    special_characters: NotRequired[str | None]
    identical_characters: NotRequired[int]
    history_count: NotRequired[int]
    minimum_age_minutes: NotRequired[int]
    validity_days: NotRequired[int]
    breached_refused: NotRequired[bool]
    minimum_score: NotRequired[int]


class Account(TypedDict):
    person_id: str
    login: str
    email: str
    given_name: str
    family_name: str
    mobile: str | None
    language: Language
    password_changed_at: str | None
    password_expires_at: NotRequired[str | None]
    rules: PasswordRules
    iam_users: list[IamUser]


class OwnInvitation(TypedDict):
    tenant: str
    name: str
    roles: dict[Section, Role]
    invited_by: str | None
    invited_until: str


class OwnInvitations(TypedDict):
    items: list[OwnInvitation]


class Administrators(TypedDict):
    person_ids: list[str]


class Grantor(TypedDict):
    person_id: str
    login: str
    name: str


class ExplainedAccess(TypedDict):
    act: str
    allowed: bool
    code: str | None
    section: Section | None
    role: Role | None
    offices: list[Office]
    staff: list[StaffRole]
    held_role: Role | None
    held_offices: list[Office]
    disabled_at: str | None
    login_closed: bool
    iam_user_disabled: bool
    console_closed: NotRequired[bool]
    reasons: list[Reason]
    step_up: bool
    second_factor_required: bool
    path: GrantPath | None
    grantors: list[Grantor]


class LastSignIn(TypedDict):
    at: str
    address: str | None
    device: str | None


class SignedIn(TypedDict):
    person_id: str
    login: str
    language: Language
    tenant: str | None
    iam_user_id: str | None
    second_factor: NotRequired[SecondFactorStep]
    factors: NotRequired[list[FactorKind]]
    password_expired: NotRequired[bool]
    password_expires_at: NotRequired[str | None]
    password_expires_soon: NotRequired[bool]
    idle_minutes: NotRequired[int | None]
    last_sign_in: NotRequired[LastSignIn | None]
    notice: NotRequired[str | None]


class PastSignIn(TypedDict):
    at: str
    method: str
    outcome: str
    address: str | None
    device: str | None
    tenant: str | None


class PastSignIns(TypedDict):
    next_cursor: NotRequired[str | None]
    items: list[PastSignIn]


class PortalLogin(TypedDict):
    person_id: str
    login: str
    failed_logins: int
    locked_until: str | None


class Disowned(TypedDict):
    credential: CredentialKind
    user_name: str
    tenant: str | None
    blocked: bool


class Totp(TypedDict):
    enrolled_at: str
    last_used_at: str | None


class Passkey(TypedDict):
    passkey_id: str
    name: str
    enrolled_at: str
    last_used_at: str | None
    backed_up: bool
    suspended_at: NotRequired[str | None]


class Factors(TypedDict):
    totp: Totp | None
    passkeys: list[Passkey]
    recovery_codes_left: int
    required_by: list[str]
    required_of_staff: bool


class TotpEnrolment(TypedDict):
    secret: str
    uri: str
    expires_at: str


class Enrolled(TypedDict):
    factors: Factors
    recovery_codes: list[str]
    amr: list[str]


class PasskeyOptions(TypedDict):
    options: str


class RecoveryCodes(TypedDict):
    recovery_codes: list[str]


class SecondFactorProved(TypedDict):
    amr: list[str]
    recovery_codes_left: int


class PasskeySignedIn(TypedDict):
    person_id: str
    login: str
    language: Language
    tenant: str | None
    iam_user_id: str | None
    second_factor: NotRequired[SecondFactorStep]
    factors: NotRequired[list[FactorKind]]
    password_expired: NotRequired[bool]
    password_expires_at: NotRequired[str | None]
    password_expires_soon: NotRequired[bool]
    idle_minutes: NotRequired[int | None]
    last_sign_in: NotRequired[LastSignIn | None]
    notice: NotRequired[str | None]
    amr: list[str]


class StaffRules(TypedDict):
    second_factor_required: bool


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


class Impersonations(TypedDict):
    next_cursor: NotRequired[str | None]
    items: list[Impersonation]


class OpenedImpersonation(TypedDict):
    grant_id: str
    tenant: str
    person_id: str
    ends_at: str
    seconds: int


class Invitation(TypedDict):
    name: str
    roles: dict[Section, Role]
    invited_by: str | None


class LinkView(TypedDict):
    purpose: LinkPurpose
    credential: CredentialKind
    user_name: str
    tenant: str | None
    language: Language
    expires_at: str
    rules: PasswordRules
    invitation: NotRequired[Invitation | None]
    new_email: NotRequired[str | None]
    about: NotRequired[NotMe | None]


class PasswordWasSet(TypedDict):
    person_id: str
    credential: CredentialKind
    user_name: str
    tenant: str | None


class AnsweredInvitation(TypedDict):
    tenant: str
    accepted: bool


class MailWasChanged(TypedDict):
    person_id: str
    user_name: str
    email: str


class PersonFound(TypedDict):
    person_id: str
    login: str
    email: str
    given_name: str
    family_name: str
    enabled: bool


class PersonsFound(TypedDict):
    next_cursor: NotRequired[str | None]
    items: list[PersonFound]


class TenantOfPerson(TypedDict):
    tenant: str
    name: str
    roles: dict[Section, Role]
    offices: list[Office]
    joined_at: str
    accepted_at: str | None


class LockOfPerson(TypedDict):
    credential: CredentialKind
    tenant: str | None
    user_name: str
    password_set: bool
    failed_logins: int
    locked_until: str | None


class SignInOfPerson(TypedDict):
    at: str
    method: str
    outcome: str
    address: str | None
    device: str | None


class PersonFile(TypedDict):
    person_id: str
    login: str
    email: str
    given_name: str
    family_name: str
    enabled: bool
    mobile: str | None
    language: Language
    registered_at: str
    disabled_at: str | None
    staff_roles: list[StaffRole]
    tenants: list[TenantOfPerson]
    locks: list[LockOfPerson]
    factors: list[str]
    sign_ins: list[SignInOfPerson]


class NamedTarget(TypedDict):
    target: str
    kind: NameKind
    name: str


class NamedPeople(TypedDict):
    items: list[NamedTarget]


class Recovery(TypedDict):
    recovery_id: str
    kind: RecoveryKind
    state: RecoveryState
    person_id: str
    login: str
    given_name: str
    family_name: str
    reason: str
    evidence: str
    new_email: str | None
    proposed_by: str
    proposed_by_name: str
    proposed_at: str
    expires_at: str
    decided_by: str | None
    decided_by_name: str | None
    decided_at: str | None
    takes_effect_at: str | None


class Recoveries(TypedDict):
    next_cursor: NotRequired[str | None]
    items: list[Recovery]


class OwnRecovery(TypedDict):
    recovery_id: str
    kind: RecoveryKind
    state: RecoveryState
    proposed_at: str
    expires_at: str
    takes_effect_at: str | None


class OwnRecoveries(TypedDict):
    items: list[OwnRecovery]


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


class Erasure(TypedDict):
    state: ErasureState
    requested_at: str | None
    due_at: str | None
    by_staff: bool
    hindrances: list[str]


class PasswordPolicy(TypedDict):
    minimum_length: int
    maximum_length: int
    character_classes: int
    not_user_name: bool
    special_characters: NotRequired[str | None]
    identical_characters: NotRequired[int]
    history_count: NotRequired[int]
    minimum_age_minutes: NotRequired[int]
    validity_days: NotRequired[int]
    breached_refused: NotRequired[bool]
    minimum_score: NotRequired[int]
    kind: CredentialKind
    own: bool
    failure_limit: int
    window_minutes: int
    lock_minutes: int
    version: int


class EntryRulesView(TypedDict):
    idle_minutes: int
    show_last_sign_in: bool
    notice: NotRequired[str | None]
    version: int
    second_factor_required: bool
    disable_idle_days: int
    own: bool


class HouseEntryRules(TypedDict):
    idle_minutes: int
    show_last_sign_in: bool
    notice: NotRequired[str | None]
    version: int


class ExpiredPassword(TypedDict):
    user_name: str
    expired_at: str
    rules: PasswordRules


class FactorKinds(TypedDict):
    factors: list[FactorKind]


class RightsInTenant(TypedDict):
    tenant: str
    roles: dict[Section, Role]
    offices: list[Office]
    second_factor_required: NotRequired[bool]
    managed: NotRequired[bool]


class Rights(TypedDict):
    person_id: str
    enabled: bool
    staff: list[StaffRole]
    tenants: list[RightsInTenant]
    second_factor_required: NotRequired[bool]


class Person(TypedDict):
    person_id: str
    login: str
    email: str
    given_name: str
    family_name: str
    mobile: str | None
    language: Language
    enabled: bool


class StaffMember(TypedDict):
    person_id: str
    login: str
    email: str
    given_name: str
    family_name: str
    roles: list[StaffRole]


class StaffMembers(TypedDict):
    next_cursor: NotRequired[str | None]
    items: list[StaffMember]


class User(TypedDict):
    tenant: str
    person_id: str
    login: str
    email: str
    given_name: str
    family_name: str
    roles: dict[Section, Role]
    offices: list[Office]
    activated: bool
    mobile: NotRequired[str | None]
    has_iam_user: NotRequired[bool]
    disabled_at: NotRequired[str | None]
    invited_until: NotRequired[str | None]
    manages_organisation: NotRequired[bool]


class Users(TypedDict):
    next_cursor: NotRequired[str | None]
    items: list[User]


class IdentityClient:
    """Identity: people and their portal login, IAM users and their API login, roles, links."""

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
        """The tenant's audit trail in identity, oldest first."""
        payload = given(limit=limit, cursor=cursor, tenant=tenant, grant=grant)
        return cast(AuditEntries, self._dispatch(calls.list_audit_entries, payload))

    def verify_audit_chain(self, *, tenant: str, after: int | None = None) -> AuditVerification:
        """Recompute the hash chain of the tenant's trail in identity."""
        payload = given(tenant=tenant, after=after)
        return cast(AuditVerification, self._dispatch(calls.verify_audit_chain, payload))

    def list_house_entries(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> AuditEntries:
        """The installation's own audit trail in identity, oldest first."""
        payload = given(limit=limit, cursor=cursor)
        return cast(AuditEntries, self._dispatch(calls.list_house_entries, payload))

    def verify_house_chain(self, *, after: int | None = None) -> AuditVerification:
        """Recompute the hash chain of the installation's trail in identity."""
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
        """What staff looked at in identity by one grant, oldest first."""
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
        """What staff looked at in identity as oneself, by one grant."""
        payload = given(limit=limit, cursor=cursor, tenant=tenant, grant_id=grant_id)
        return cast(Looks, self._dispatch(calls.list_own_looks, payload))

    def list_iam_users(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        tenant: str,
        search: str | None = None,
    ) -> IamUsers:
        """Identity and Access Management: the domain's IAM users and the state of their lock."""
        payload = given(limit=limit, cursor=cursor, tenant=tenant, search=search)
        return cast(IamUsers, self._dispatch(calls.list_iam_users, payload))

    def reset_failed_login(self, *, tenant: str, iam_user_id: str) -> IamUser:
        """Reset Failed Login: clear counter and lock of an API login, effective at once."""
        payload = given(tenant=tenant, iam_user_id=iam_user_id)
        return cast(IamUser, self._dispatch(calls.reset_failed_login, payload))

    def disable_iam_user(self, *, tenant: str, iam_user_id: str) -> IamUser:
        """Disable an IAM user: no login opens the domain's console to him, nor does the portal."""
        payload = given(tenant=tenant, iam_user_id=iam_user_id)
        return cast(IamUser, self._dispatch(calls.disable_iam_user, payload))

    def enable_iam_user(self, *, tenant: str, iam_user_id: str) -> IamUser:
        """Enable a disabled IAM user again."""
        payload = given(tenant=tenant, iam_user_id=iam_user_id)
        return cast(IamUser, self._dispatch(calls.enable_iam_user, payload))

    def send_console_welcome_again(self, *, tenant: str, iam_user_id: str) -> Nothing:
        """Mail an IAM user a new link for his API password; the older link ends."""
        payload = given(tenant=tenant, iam_user_id=iam_user_id)
        return cast(Nothing, self._dispatch(calls.send_console_welcome_again, payload))

    def get_account(self) -> Account:
        """My account."""
        payload = given()
        return cast(Account, self._dispatch(calls.get_account, payload))

    def change_account(
        self,
        *,
        language: Language | None = None,
        given_name: str | None = None,
        family_name: str | None = None,
        mobile: str | None = None,
        edition: str | None = None,
    ) -> Account:
        """Change one's names, mobile number and language."""
        payload = given(
            language=language,
            given_name=given_name,
            family_name=family_name,
            mobile=mobile,
            edition=edition,
        )
        return cast(Account, self._dispatch(calls.change_account, payload))

    def change_password(
        self,
        *,
        address: str | None = None,
        device: str | None = None,
        current_password: str,
        new_password: str,
    ) -> Nothing:
        """Change one's portal password; other sessions end."""
        payload = given(
            address=address,
            device=device,
            current_password=current_password,
            new_password=new_password,
        )
        return cast(Nothing, self._dispatch(calls.change_password, payload))

    def reset_own_failed_login(self, *, iam_user_id: str) -> IamUser:
        """Reset Failed Login on one's own API login, entered by the portal."""
        payload = given(iam_user_id=iam_user_id)
        return cast(IamUser, self._dispatch(calls.reset_own_failed_login, payload))

    def request_mail_change(self, *, email: str) -> Nothing:
        """Ask for another e-mail address; a link goes there, a word to the one in use. The same
        answer whether or not somebody has that address.
        """
        payload = given(email=email)
        return cast(Nothing, self._dispatch(calls.request_mail_change, payload))

    def request_own_api_password_link(self, *, iam_user_id: str) -> Nothing:
        """Have a link mailed to oneself that sets the API password of one domain."""
        payload = given(iam_user_id=iam_user_id)
        return cast(Nothing, self._dispatch(calls.request_own_api_password_link, payload))

    def change_api_password(
        self,
        *,
        address: str | None = None,
        device: str | None = None,
        domain: str,
        identifier: str,
        current_password: str,
        new_password: str,
    ) -> Nothing:
        """Change an API password for who knows the current one, as at the API Login."""
        payload = given(
            address=address,
            device=device,
            domain=domain,
            identifier=identifier,
            current_password=current_password,
            new_password=new_password,
        )
        return cast(Nothing, self._dispatch(calls.change_api_password, payload))

    def list_own_invitations(self) -> OwnInvitations:
        """The contracts that ask me to accept them."""
        payload = given()
        return cast(OwnInvitations, self._dispatch(calls.list_own_invitations, payload))

    def accept_invitation(self, *, tenant: str) -> Nothing:
        """Accept a contract: from now on it sees me as I call myself."""
        payload = given(tenant=tenant)
        return cast(Nothing, self._dispatch(calls.accept_invitation, payload))

    def leave_tenant(self, *, tenant: str) -> Nothing:
        """Give up all of one's rights on a contract, or decline its invitation."""
        payload = given(tenant=tenant)
        return cast(Nothing, self._dispatch(calls.leave_tenant, payload))

    def list_administrators(self, *, chain: str) -> Administrators:
        """The managers of a tenant's users who can act, or the operators of the installation."""
        payload = given(chain=chain)
        return cast(Administrators, self._dispatch(calls.list_administrators, payload))

    def explain_access(self, *, tenant: str, person_id: str, act: str) -> ExplainedAccess:
        """Whether a user may do something in the tenant, why, and who could let him."""
        payload = given(tenant=tenant, person_id=person_id, act=act)
        return cast(ExplainedAccess, self._dispatch(calls.explain_access, payload))

    def sign_in(
        self,
        *,
        address: str | None = None,
        device: str | None = None,
        login: str,
        password: str,
    ) -> SignedIn:
        """Portal login: login and portal password."""
        payload = given(address=address, device=device, login=login, password=password)
        return cast(SignedIn, self._dispatch(calls.sign_in, payload))

    def web_sign_in(
        self,
        *,
        address: str | None = None,
        device: str | None = None,
        domain: str,
        user_name: str,
        password: str,
    ) -> SignedIn:
        """Web Login to the console: user name, domain name and portal password."""
        payload = given(
            address=address, device=device, domain=domain, user_name=user_name, password=password
        )
        return cast(SignedIn, self._dispatch(calls.web_sign_in, payload))

    def api_sign_in(
        self,
        *,
        address: str | None = None,
        device: str | None = None,
        domain: str,
        identifier: str,
        password: str,
    ) -> SignedIn:
        """API Login to the console: domain, one of three identifiers and API password."""
        payload = given(
            address=address, device=device, domain=domain, identifier=identifier, password=password
        )
        return cast(SignedIn, self._dispatch(calls.api_sign_in, payload))

    def list_sign_ins(self, *, limit: int | None = None, cursor: str | None = None) -> PastSignIns:
        """My sign-ins, the newest first: from where, by which way, and what came of each."""
        payload = given(limit=limit, cursor=cursor)
        return cast(PastSignIns, self._dispatch(calls.list_sign_ins, payload))

    def unlock_portal_login(self, *, person_id: str) -> PortalLogin:
        """Clear counter and lock of a person's portal login, effective at once."""
        payload = given(person_id=person_id)
        return cast(PortalLogin, self._dispatch(calls.unlock_portal_login, payload))

    def disown(
        self,
        *,
        address: str | None = None,
        device: str | None = None,
        token: str,
    ) -> Disowned:
        """Use the link of a mail: it was not me. A link to choose a new password is mailed."""
        payload = given(address=address, device=device, token=token)
        return cast(Disowned, self._dispatch(calls.disown, payload))

    def get_factors(self) -> Factors:
        """My second factors, and who demands one."""
        payload = given()
        return cast(Factors, self._dispatch(calls.get_factors, payload))

    def start_totp(self) -> TotpEnrolment:
        """A new secret for an authenticator app; it counts once a code of it has confirmed it."""
        payload = given()
        return cast(TotpEnrolment, self._dispatch(calls.start_totp, payload))

    def confirm_totp(self, *, code: str) -> Enrolled:
        """Enrol the authenticator app by a first code; it replaces an older one."""
        payload = given(code=code)
        return cast(Enrolled, self._dispatch(calls.confirm_totp, payload))

    def remove_totp(self) -> Factors:
        """Remove the authenticator app; the last factor stays while a contract demands one."""
        payload = given()
        return cast(Factors, self._dispatch(calls.remove_totp, payload))

    def start_passkey(self) -> PasskeyOptions:
        """What the browser must know to make a passkey, with a challenge that serves once."""
        payload = given()
        return cast(PasskeyOptions, self._dispatch(calls.start_passkey, payload))

    def finish_passkey(self, *, name: str, passkey: str) -> Enrolled:
        """Enrol the passkey that the browser has made."""
        payload = given(name=name, passkey=passkey)
        return cast(Enrolled, self._dispatch(calls.finish_passkey, payload))

    def rename_passkey(self, *, passkey_id: str, name: str) -> Factors:
        """Give a passkey another name."""
        payload = given(passkey_id=passkey_id, name=name)
        return cast(Factors, self._dispatch(calls.rename_passkey, payload))

    def remove_passkey(self, *, passkey_id: str) -> Factors:
        """Remove a passkey; the last factor stays while a contract demands one."""
        payload = given(passkey_id=passkey_id)
        return cast(Factors, self._dispatch(calls.remove_passkey, payload))

    def renew_recovery_codes(self) -> RecoveryCodes:
        """Ten new recovery codes, shown once; the older ones end."""
        payload = given()
        return cast(RecoveryCodes, self._dispatch(calls.renew_recovery_codes, payload))

    def start_second_factor_passkey(self, *, person_id: str, bound_to: str) -> PasskeyOptions:
        """A challenge for one of the person's passkeys, after the password."""
        payload = given(person_id=person_id, bound_to=bound_to)
        return cast(PasskeyOptions, self._dispatch(calls.start_second_factor_passkey, payload))

    def prove_second_factor(
        self,
        *,
        address: str | None = None,
        device: str | None = None,
        person_id: str,
        kind: FactorKind,
        code: str | None = None,
        passkey: str | None = None,
        bound_to: str | None = None,
    ) -> SecondFactorProved:
        """The second step of a sign-in, or of proving again who one is."""
        payload = given(
            address=address,
            device=device,
            person_id=person_id,
            kind=kind,
            code=code,
            passkey=passkey,
            bound_to=bound_to,
        )
        return cast(SecondFactorProved, self._dispatch(calls.prove_second_factor, payload))

    def start_totp_at_sign_in(self, *, person_id: str) -> TotpEnrolment:
        """Enrolment that a rule demands before the session starts: authenticator app."""
        payload = given(person_id=person_id)
        return cast(TotpEnrolment, self._dispatch(calls.start_totp_at_sign_in, payload))

    def confirm_totp_at_sign_in(self, *, code: str, person_id: str) -> Enrolled:
        """Enrolment that a rule demands before the session starts: the first code."""
        payload = given(code=code, person_id=person_id)
        return cast(Enrolled, self._dispatch(calls.confirm_totp_at_sign_in, payload))

    def start_passkey_at_sign_in(self, *, person_id: str, bound_to: str) -> PasskeyOptions:
        """Enrolment that a rule demands before the session starts: passkey."""
        payload = given(person_id=person_id, bound_to=bound_to)
        return cast(PasskeyOptions, self._dispatch(calls.start_passkey_at_sign_in, payload))

    def finish_passkey_at_sign_in(
        self,
        *,
        person_id: str,
        bound_to: str,
        name: str,
        passkey: str,
    ) -> Enrolled:
        """Enrolment that a rule demands before the session starts: the passkey made."""
        payload = given(person_id=person_id, bound_to=bound_to, name=name, passkey=passkey)
        return cast(Enrolled, self._dispatch(calls.finish_passkey_at_sign_in, payload))

    def start_passkey_sign_in(self, *, login: str | None = None, bound_to: str) -> PasskeyOptions:
        """A challenge to sign in with a passkey alone: the same for every login."""
        payload = given(login=login, bound_to=bound_to)
        return cast(PasskeyOptions, self._dispatch(calls.start_passkey_sign_in, payload))

    def passkey_sign_in(
        self,
        *,
        address: str | None = None,
        device: str | None = None,
        passkey: str,
        bound_to: str,
    ) -> PasskeySignedIn:
        """Portal login by a passkey that has verified its user: both factors at once."""
        payload = given(address=address, device=device, passkey=passkey, bound_to=bound_to)
        return cast(PasskeySignedIn, self._dispatch(calls.passkey_sign_in, payload))

    def reset_second_factors(self, *, tenant: str, person_id: str) -> Nothing:
        """A user has lost his second factors: remove them and end his sessions. Only for who
        belongs to no other contract; for others staff support does it.
        """
        payload = given(tenant=tenant, person_id=person_id)
        return cast(Nothing, self._dispatch(calls.reset_second_factors, payload))

    def get_staff_rules(self) -> StaffRules:
        """What the provider demands of its own people at sign-in."""
        payload = given()
        return cast(StaffRules, self._dispatch(calls.get_staff_rules, payload))

    def change_staff_rules(
        self,
        *,
        second_factor_required: bool,
        edition: str | None = None,
    ) -> StaffRules:
        """Demand a second factor of the provider's own people, at once, or no longer."""
        payload = given(second_factor_required=second_factor_required, edition=edition)
        return cast(StaffRules, self._dispatch(calls.change_staff_rules, payload))

    def give_impersonation(
        self,
        *,
        tenant: str,
        as_person_id: str,
        operator: str,
        minutes: int | None = None,
        reason: str,
    ) -> Impersonation:
        """Let one of the provider's staff see the contract as a user does, for a while."""
        payload = given(
            tenant=tenant,
            as_person_id=as_person_id,
            operator=operator,
            minutes=minutes,
            reason=reason,
        )
        return cast(Impersonation, self._dispatch(calls.give_impersonation, payload))

    def list_impersonations(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        tenant: str,
    ) -> Impersonations:
        """Who of staff may see the contract, as whom, why, until when; newest first."""
        payload = given(limit=limit, cursor=cursor, tenant=tenant)
        return cast(Impersonations, self._dispatch(calls.list_impersonations, payload))

    def get_impersonation(self, *, grant_id: str, tenant: str) -> Impersonation:
        """One of them."""
        payload = given(grant_id=grant_id, tenant=tenant)
        return cast(Impersonation, self._dispatch(calls.get_impersonation, payload))

    def end_impersonation(self, *, grant_id: str, tenant: str) -> Impersonation:
        """End it everywhere within a second, or turn a proposal down."""
        payload = given(grant_id=grant_id, tenant=tenant)
        return cast(Impersonation, self._dispatch(calls.end_impersonation, payload))

    def list_own_impersonations(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        looking: bool | None = None,
    ) -> Impersonations:
        """By which one is seen oneself, or sees a contract as somebody else does."""
        payload = given(limit=limit, cursor=cursor, looking=looking)
        return cast(Impersonations, self._dispatch(calls.list_own_impersonations, payload))

    def get_own_impersonation(self, *, grant_id: str) -> Impersonation:
        """One by which one is seen oneself, or that one looks by."""
        payload = given(grant_id=grant_id)
        return cast(Impersonation, self._dispatch(calls.get_own_impersonation, payload))

    def end_own_impersonation(self, *, grant_id: str) -> Impersonation:
        """End one by which one is seen oneself, or that one looks by."""
        payload = given(grant_id=grant_id)
        return cast(Impersonation, self._dispatch(calls.end_own_impersonation, payload))

    def propose_impersonation(
        self,
        *,
        tenant: str,
        as_person_id: str,
        operator: str,
        minutes: int | None = None,
    ) -> Impersonation:
        """Propose that one of staff sees a contract as a user does; a second one approves."""
        payload = given(
            tenant=tenant, as_person_id=as_person_id, operator=operator, minutes=minutes
        )
        return cast(Impersonation, self._dispatch(calls.propose_impersonation, payload))

    def list_impersonation_proposals(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Impersonations:
        """What is proposed and not decided, of all contracts; newest first."""
        payload = given(limit=limit, cursor=cursor)
        return cast(Impersonations, self._dispatch(calls.list_impersonation_proposals, payload))

    def approve_impersonation(self, *, grant_id: str) -> Impersonation:
        """Approve what another of staff proposed, for eyes that are not one's own."""
        payload = given(grant_id=grant_id)
        return cast(Impersonation, self._dispatch(calls.approve_impersonation, payload))

    def decline_impersonation(self, *, grant_id: str) -> Impersonation:
        """Turn down what was proposed; who proposed it may too."""
        payload = given(grant_id=grant_id)
        return cast(Impersonation, self._dispatch(calls.decline_impersonation, payload))

    def open_impersonation(self, *, grant_id: str, operator_id: str) -> OpenedImpersonation:
        """The named one of staff begins to look: as whom, in which tenant, for how long."""
        payload = given(grant_id=grant_id, operator_id=operator_id)
        return cast(OpenedImpersonation, self._dispatch(calls.open_impersonation, payload))

    def read_link(
        self,
        *,
        address: str | None = None,
        device: str | None = None,
        token: str,
    ) -> LinkView:
        """What a one-time link is for. Reading it changes nothing, however often."""
        payload = given(address=address, device=device, token=token)
        return cast(LinkView, self._dispatch(calls.read_link, payload))

    def set_password_by_link(
        self,
        *,
        address: str | None = None,
        device: str | None = None,
        token: str,
        password: str,
    ) -> PasswordWasSet:
        """Use a one-time link: set the password, end the lock of that credential."""
        payload = given(address=address, device=device, token=token, password=password)
        return cast(PasswordWasSet, self._dispatch(calls.set_password_by_link, payload))

    def request_password_reset(
        self,
        *,
        address: str | None = None,
        device: str | None = None,
        credential: CredentialKind,
        identifier: str,
        domain: str | None = None,
    ) -> Nothing:
        """Forgotten password: the same answer whether or not there is such a user."""
        payload = given(
            address=address,
            device=device,
            credential=credential,
            identifier=identifier,
            domain=domain,
        )
        return cast(Nothing, self._dispatch(calls.request_password_reset, payload))

    def answer_invitation(self, *, token: str, accept: bool) -> AnsweredInvitation:
        """Use an invitation's link: accept the contract, or decline it and be removed."""
        payload = given(token=token, accept=accept)
        return cast(AnsweredInvitation, self._dispatch(calls.answer_invitation, payload))

    def confirm_mail_change(self, *, token: str) -> MailWasChanged:
        """Use the link mailed to a new address: from now on it is the person's."""
        payload = given(token=token)
        return cast(MailWasChanged, self._dispatch(calls.confirm_mail_change, payload))

    def find_persons(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        search: str,
    ) -> PersonsFound:
        """People whose login, e-mail, first or last name begins so."""
        payload = given(limit=limit, cursor=cursor, search=search)
        return cast(PersonsFound, self._dispatch(calls.find_persons, payload))

    def get_person_file(self, *, person_id: str) -> PersonFile:
        """What is known of a person: contracts, locks, kinds of factors, last sign-ins."""
        payload = given(person_id=person_id)
        return cast(PersonFile, self._dispatch(calls.get_person_file, payload))

    def disable_person(self, *, person_id: str, misused: bool | None = None) -> PersonFound:
        """Close a portal login: all sessions end, and nobody signs in with it."""
        payload = given(person_id=person_id, misused=misused)
        return cast(PersonFound, self._dispatch(calls.disable_person, payload))

    def enable_person(self, *, person_id: str) -> PersonFound:
        """Open a portal login that staff had closed."""
        payload = given(person_id=person_id)
        return cast(PersonFound, self._dispatch(calls.enable_person, payload))

    def name_people(self, *, chain: str, targets: list[str]) -> NamedPeople:
        """What the pseudonyms of a trail are called, as its readers may know them."""
        payload = given(chain=chain, targets=targets)
        return cast(NamedPeople, self._dispatch(calls.name_people, payload))

    def list_recoveries(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        person_id: str | None = None,
        open: bool | None = None,
    ) -> Recoveries:
        """Recovery acts, newest first."""
        payload = given(limit=limit, cursor=cursor, person_id=person_id, open=open)
        return cast(Recoveries, self._dispatch(calls.list_recoveries, payload))

    def get_recovery(self, *, recovery_id: str) -> Recovery:
        """One recovery act."""
        payload = given(recovery_id=recovery_id)
        return cast(Recovery, self._dispatch(calls.get_recovery, payload))

    def propose_recovery(
        self,
        *,
        person_id: str,
        kind: RecoveryKind,
        evidence: str,
        new_email: str | None = None,
    ) -> Recovery:
        """Propose that somebody gets his access back; a second of staff decides."""
        payload = given(person_id=person_id, kind=kind, evidence=evidence, new_email=new_email)
        return cast(Recovery, self._dispatch(calls.propose_recovery, payload))

    def approve_recovery(self, *, recovery_id: str) -> Recovery:
        """Approve what another of staff proposed: it is carried out, once."""
        payload = given(recovery_id=recovery_id)
        return cast(Recovery, self._dispatch(calls.approve_recovery, payload))

    def refuse_recovery(self, *, recovery_id: str) -> Recovery:
        """Refuse a recovery act, or stop one that has not taken effect yet."""
        payload = given(recovery_id=recovery_id)
        return cast(Recovery, self._dispatch(calls.refuse_recovery, payload))

    def withdraw_recovery(self, *, recovery_id: str) -> Recovery:
        """Withdraw what one has proposed oneself."""
        payload = given(recovery_id=recovery_id)
        return cast(Recovery, self._dispatch(calls.withdraw_recovery, payload))

    def list_own_recoveries(self) -> OwnRecoveries:
        """Recovery acts about me that are open."""
        payload = given()
        return cast(OwnRecoveries, self._dispatch(calls.list_own_recoveries, payload))

    def object_to_recovery(self, *, recovery_id: str) -> OwnRecovery:
        """It was not me who asked: stop a recovery act about me."""
        payload = given(recovery_id=recovery_id)
        return cast(OwnRecovery, self._dispatch(calls.object_to_recovery, payload))

    def export_person(self, *, person_id: str) -> ExportedIdentity:
        """All that identity holds of a person, for himself."""
        payload = given(person_id=person_id)
        return cast(ExportedIdentity, self._dispatch(calls.export_person, payload))

    def get_erasure(self) -> Erasure:
        """Whether my data is to be erased, when, and what stands against it."""
        payload = given()
        return cast(Erasure, self._dispatch(calls.get_erasure, payload))

    def request_erasure(self) -> Erasure:
        """Have my data erased, in seven days; until then I may change my mind."""
        payload = given()
        return cast(Erasure, self._dispatch(calls.request_erasure, payload))

    def cancel_erasure(self) -> Erasure:
        """Keep my data after all."""
        payload = given()
        return cast(Erasure, self._dispatch(calls.cancel_erasure, payload))

    def get_password_policy(self, *, tenant: str, kind: CredentialKind) -> PasswordPolicy:
        """What the tenant asks of portal or API passwords, and when they lock."""
        payload = given(tenant=tenant, kind=kind)
        return cast(PasswordPolicy, self._dispatch(calls.get_password_policy, payload))

    def change_password_policy(
        self,
        *,
        failure_limit: int | None = None,
        window_minutes: int | None = None,
        lock_minutes: int | None = None,
        kind: CredentialKind,
        minimum_length: int,
        maximum_length: int | None = None,
        character_classes: int,
        special_characters: str | None = None,
        not_user_name: bool,
        identical_characters: int,
        history_count: int,
        minimum_age_minutes: int,
        validity_days: int,
        breached_refused: bool,
        minimum_score: int,
        version: int,
        edition: str | None = None,
        tenant: str,
    ) -> PasswordPolicy:
        """Give the tenant a policy of its own; of portal passwords it may only ask more."""
        payload = given(
            failure_limit=failure_limit,
            window_minutes=window_minutes,
            lock_minutes=lock_minutes,
            kind=kind,
            minimum_length=minimum_length,
            maximum_length=maximum_length,
            character_classes=character_classes,
            special_characters=special_characters,
            not_user_name=not_user_name,
            identical_characters=identical_characters,
            history_count=history_count,
            minimum_age_minutes=minimum_age_minutes,
            validity_days=validity_days,
            breached_refused=breached_refused,
            minimum_score=minimum_score,
            version=version,
            edition=edition,
            tenant=tenant,
        )
        return cast(PasswordPolicy, self._dispatch(calls.change_password_policy, payload))

    def drop_password_policy(
        self,
        *,
        tenant: str,
        kind: CredentialKind,
        version: int,
        edition: str | None = None,
    ) -> PasswordPolicy:
        """Follow the installation's policy again."""
        payload = given(tenant=tenant, kind=kind, version=version, edition=edition)
        return cast(PasswordPolicy, self._dispatch(calls.drop_password_policy, payload))

    def get_installation_policy(self, *, kind: CredentialKind) -> PasswordPolicy:
        """What the installation asks of portal or API passwords."""
        payload = given(kind=kind)
        return cast(PasswordPolicy, self._dispatch(calls.get_installation_policy, payload))

    def change_installation_policy(
        self,
        *,
        failure_limit: int | None = None,
        window_minutes: int | None = None,
        lock_minutes: int | None = None,
        kind: CredentialKind,
        minimum_length: int,
        maximum_length: int | None = None,
        character_classes: int,
        special_characters: str | None = None,
        not_user_name: bool,
        identical_characters: int,
        history_count: int,
        minimum_age_minutes: int,
        validity_days: int,
        breached_refused: bool,
        minimum_score: int,
        version: int,
        edition: str | None = None,
    ) -> PasswordPolicy:
        """Change what the installation asks of portal or API passwords."""
        payload = given(
            failure_limit=failure_limit,
            window_minutes=window_minutes,
            lock_minutes=lock_minutes,
            kind=kind,
            minimum_length=minimum_length,
            maximum_length=maximum_length,
            character_classes=character_classes,
            special_characters=special_characters,
            not_user_name=not_user_name,
            identical_characters=identical_characters,
            history_count=history_count,
            minimum_age_minutes=minimum_age_minutes,
            validity_days=validity_days,
            breached_refused=breached_refused,
            minimum_score=minimum_score,
            version=version,
            edition=edition,
        )
        return cast(PasswordPolicy, self._dispatch(calls.change_installation_policy, payload))

    def get_entry_rules(self, *, tenant: str) -> EntryRulesView:
        """How one enters the tenant: second factor, idle time, idle users, notice."""
        payload = given(tenant=tenant)
        return cast(EntryRulesView, self._dispatch(calls.get_entry_rules, payload))

    def change_entry_rules(
        self,
        *,
        idle_minutes: int,
        show_last_sign_in: bool,
        notice: str | None = None,
        version: int,
        second_factor_required: bool,
        disable_idle_days: int,
        tenant: str,
        edition: str | None = None,
    ) -> EntryRulesView:
        """Change how one enters the tenant."""
        payload = given(
            idle_minutes=idle_minutes,
            show_last_sign_in=show_last_sign_in,
            notice=notice,
            version=version,
            second_factor_required=second_factor_required,
            disable_idle_days=disable_idle_days,
            tenant=tenant,
            edition=edition,
        )
        return cast(EntryRulesView, self._dispatch(calls.change_entry_rules, payload))

    def get_installation_entry_rules(self) -> HouseEntryRules:
        """How one enters the portal."""
        payload = given()
        return cast(HouseEntryRules, self._dispatch(calls.get_installation_entry_rules, payload))

    def change_installation_entry_rules(
        self,
        *,
        idle_minutes: int,
        show_last_sign_in: bool,
        notice: str | None = None,
        version: int,
        edition: str | None = None,
    ) -> HouseEntryRules:
        """Change how one enters the portal."""
        payload = given(
            idle_minutes=idle_minutes,
            show_last_sign_in=show_last_sign_in,
            notice=notice,
            version=version,
            edition=edition,
        )
        return cast(HouseEntryRules, self._dispatch(calls.change_installation_entry_rules, payload))

    def read_expired_password(
        self,
        *,
        person_id: str,
        iam_user_id: str | None = None,
    ) -> ExpiredPassword:
        """What the password must satisfy that takes the place of one that has expired."""
        payload = given(person_id=person_id, iam_user_id=iam_user_id)
        return cast(ExpiredPassword, self._dispatch(calls.read_expired_password, payload))

    def replace_expired_password(
        self,
        *,
        address: str | None = None,
        device: str | None = None,
        person_id: str,
        iam_user_id: str | None = None,
        password: str,
    ) -> Nothing:
        """A new password for who has just proved one that has expired; other sessions end."""
        payload = given(
            address=address,
            device=device,
            person_id=person_id,
            iam_user_id=iam_user_id,
            password=password,
        )
        return cast(Nothing, self._dispatch(calls.replace_expired_password, payload))

    def prove_password(
        self,
        *,
        address: str | None = None,
        device: str | None = None,
        person_id: str,
        iam_user_id: str | None = None,
        password: str,
    ) -> Nothing:
        """Somebody who is signed in gives his password again; counts against its lock."""
        payload = given(
            address=address,
            device=device,
            person_id=person_id,
            iam_user_id=iam_user_id,
            password=password,
        )
        return cast(Nothing, self._dispatch(calls.prove_password, payload))

    def list_factor_kinds(self, *, person_id: str) -> FactorKinds:
        """With which second factors a person can prove who he is."""
        payload = given(person_id=person_id)
        return cast(FactorKinds, self._dispatch(calls.list_factor_kinds, payload))

    def resolve_rights(self, *, person_id: str) -> Rights:
        """All that a person holds: staff roles, roles by tenant and section, offices."""
        payload = given(person_id=person_id)
        return cast(Rights, self._dispatch(calls.resolve_rights, payload))

    def get_person(self, *, person_id: str) -> Person:
        """A person's claims, for userinfo and ID tokens."""
        payload = given(person_id=person_id)
        return cast(Person, self._dispatch(calls.get_person, payload))

    def appoint_staff(
        self,
        *,
        login: str | None = None,
        email: str,
        given_name: str,
        family_name: str,
        language: Language | None = None,
        roles: list[StaffRole],
    ) -> StaffMember:
        """Give a person staff roles; a person not yet known is welcomed by mail."""
        payload = given(
            login=login,
            email=email,
            given_name=given_name,
            family_name=family_name,
            language=language,
            roles=roles,
        )
        return cast(StaffMember, self._dispatch(calls.appoint_staff, payload))

    def list_staff(self, *, limit: int | None = None, cursor: str | None = None) -> StaffMembers:
        """The provider's people and their roles."""
        payload = given(limit=limit, cursor=cursor)
        return cast(StaffMembers, self._dispatch(calls.list_staff, payload))

    def get_staff_member(self, *, person_id: str) -> StaffMember:
        """One of the provider's people."""
        payload = given(person_id=person_id)
        return cast(StaffMember, self._dispatch(calls.get_staff_member, payload))

    def change_staff_roles(
        self,
        *,
        person_id: str,
        roles: list[StaffRole],
        edition: str | None = None,
    ) -> StaffMember:
        """Replace somebody's staff roles; never one's own, and an operator remains."""
        payload = given(person_id=person_id, roles=roles, edition=edition)
        return cast(StaffMember, self._dispatch(calls.change_staff_roles, payload))

    def dismiss_staff(self, *, person_id: str) -> Nothing:
        """Take all staff roles from somebody; his login and his contracts stay his."""
        payload = given(person_id=person_id)
        return cast(Nothing, self._dispatch(calls.dismiss_staff, payload))

    def list_users(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        tenant: str,
        search: str | None = None,
        state: UserState | None = None,
    ) -> Users:
        """The tenant's users with their roles, by family name."""
        payload = given(limit=limit, cursor=cursor, tenant=tenant, search=search, state=state)
        return cast(Users, self._dispatch(calls.list_users, payload))

    def get_user(self, *, tenant: str, person_id: str) -> User:
        """One user of the tenant."""
        payload = given(tenant=tenant, person_id=person_id)
        return cast(User, self._dispatch(calls.get_user, payload))

    def change_user(
        self,
        *,
        tenant: str,
        person_id: str,
        given_name: str,
        family_name: str,
        mobile: str | None = None,
        edition: str | None = None,
    ) -> User:
        """Change what the tenant calls a user, and the mobile number of his IAM user."""
        payload = given(
            tenant=tenant,
            person_id=person_id,
            given_name=given_name,
            family_name=family_name,
            mobile=mobile,
            edition=edition,
        )
        return cast(User, self._dispatch(calls.change_user, payload))

    def disable_user(self, *, tenant: str, person_id: str) -> User:
        """Disable a user in the tenant: he holds nothing there until he is enabled again."""
        payload = given(tenant=tenant, person_id=person_id)
        return cast(User, self._dispatch(calls.disable_user, payload))

    def enable_user(self, *, tenant: str, person_id: str) -> User:
        """Enable a disabled user again, with the roles that he had."""
        payload = given(tenant=tenant, person_id=person_id)
        return cast(User, self._dispatch(calls.enable_user, payload))

    def invite_user(
        self,
        *,
        tenant: str,
        email: str,
        given_name: str,
        family_name: str,
        language: Language | None = None,
        mobile: str | None = None,
        roles: dict[Section, Role],
    ) -> User:
        """Invite a person; an e-mail that has a login already is attached, not duplicated."""
        payload = given(
            tenant=tenant,
            email=email,
            given_name=given_name,
            family_name=family_name,
            language=language,
            mobile=mobile,
            roles=roles,
        )
        return cast(User, self._dispatch(calls.invite_user, payload))

    def change_roles(
        self,
        *,
        tenant: str,
        person_id: str,
        roles: dict[Section, Role],
        edition: str | None = None,
    ) -> User:
        """Replace a user's roles; nobody grants what he does not hold, and the holder of an
        office keeps his.
        """
        payload = given(tenant=tenant, person_id=person_id, roles=roles, edition=edition)
        return cast(User, self._dispatch(calls.change_roles, payload))

    def remove_user(self, *, tenant: str, person_id: str) -> Nothing:
        """Take a user out of the tenant; holders of an office must hand over first."""
        payload = given(tenant=tenant, person_id=person_id)
        return cast(Nothing, self._dispatch(calls.remove_user, payload))

    def send_welcome_again(self, *, tenant: str, person_id: str) -> Nothing:
        """Send the welcome mail, or the invitation, again with a new link; the older one ends."""
        payload = given(tenant=tenant, person_id=person_id)
        return cast(Nothing, self._dispatch(calls.send_welcome_again, payload))
