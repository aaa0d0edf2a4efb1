"""Typed client of identity. Made by ``python -m contracts.generate``."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict, cast

from contracts import identity as calls
from contracts.typed.calling import Dispatch, given

CredentialKind = Literal["portal", "api"]

FactorKind = Literal["totp", "passkey", "recovery_code"]

Language = Literal["fr", "en"]

LinkPurpose = Literal["welcome", "console_welcome", "reset"]

Office = Literal["referent", "domain_owner"]

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


class AuditEntries(TypedDict):
    next_cursor: NotRequired[str | None]
    items: list[AuditEntry]


class AuditVerification(TypedDict):
    entries: int
    head: str | None
    verified: bool
    broken_at: int | None


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


class IamUsers(TypedDict):
    next_cursor: NotRequired[str | None]
    items: list[IamUser]


class PasswordRules(TypedDict):
    minimum_length: int
    maximum_length: int
    character_classes: int
    not_user_name: bool


class Account(TypedDict):
    person_id: str
    login: str
    email: str
    given_name: str
    family_name: str
    mobile: str | None
    language: Language
    password_changed_at: str | None
    rules: PasswordRules
    iam_users: list[IamUser]


class Nothing(TypedDict):
    pass


class LinkView(TypedDict):
    purpose: LinkPurpose
    credential: CredentialKind
    user_name: str
    tenant: str | None
    language: Language
    expires_at: str
    rules: PasswordRules


class PasswordWasSet(TypedDict):
    person_id: str
    credential: CredentialKind
    user_name: str
    tenant: str | None


class RightsInTenant(TypedDict):
    tenant: str
    roles: dict[Section, Role]
    offices: list[Office]


class Rights(TypedDict):
    person_id: str
    enabled: bool
    staff: list[StaffRole]
    tenants: list[RightsInTenant]


class Person(TypedDict):
    person_id: str
    login: str
    email: str
    given_name: str
    family_name: str
    mobile: str | None
    language: Language
    enabled: bool


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
    idle_minutes: NotRequired[int | None]
    last_sign_in: NotRequired[LastSignIn | None]
    notice: NotRequired[str | None]


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
    ) -> AuditEntries:
        """The tenant's audit trail in identity, oldest first."""
        payload = given(limit=limit, cursor=cursor, tenant=tenant)
        return cast(AuditEntries, self._dispatch(calls.list_audit_entries, payload))

    def verify_audit_chain(self, *, tenant: str) -> AuditVerification:
        """Recompute the hash chain of the tenant's trail in identity."""
        payload = given(tenant=tenant)
        return cast(AuditVerification, self._dispatch(calls.verify_audit_chain, payload))

    def list_iam_users(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        tenant: str,
    ) -> IamUsers:
        """Identity and Access Management: the domain's IAM users and the state of their lock."""
        payload = given(limit=limit, cursor=cursor, tenant=tenant)
        return cast(IamUsers, self._dispatch(calls.list_iam_users, payload))

    def reset_failed_login(self, *, tenant: str, iam_user_id: str) -> IamUser:
        """Reset Failed Login: clear counter and lock of an API login, effective at once."""
        payload = given(tenant=tenant, iam_user_id=iam_user_id)
        return cast(IamUser, self._dispatch(calls.reset_failed_login, payload))

    def get_account(self) -> Account:
        """My account."""
        payload = given()
        return cast(Account, self._dispatch(calls.get_account, payload))

    def change_account(self, *, language: Language) -> Account:
        """Change one's language."""
        payload = given(language=language)
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

    def read_link(self, *, token: str) -> LinkView:
        """What a one-time link is for. Reading it changes nothing, however often."""
        payload = given(token=token)
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

    def resolve_rights(self, *, person_id: str) -> Rights:
        """All that a person holds: staff roles, roles by tenant and section, offices."""
        payload = given(person_id=person_id)
        return cast(Rights, self._dispatch(calls.resolve_rights, payload))

    def get_person(self, *, person_id: str) -> Person:
        """A person's claims, for userinfo and ID tokens."""
        payload = given(person_id=person_id)
        return cast(Person, self._dispatch(calls.get_person, payload))

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

    def list_users(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        tenant: str,
        search: str | None = None,
    ) -> Users:
        """The tenant's users with their roles, by family name."""
        payload = given(limit=limit, cursor=cursor, tenant=tenant, search=search)
        return cast(Users, self._dispatch(calls.list_users, payload))

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

    def change_roles(self, *, tenant: str, person_id: str, roles: dict[Section, Role]) -> User:
        """Replace a user's roles; nobody grants what he does not hold, and the holder of an
        office keeps his.
        """
        payload = given(tenant=tenant, person_id=person_id, roles=roles)
        return cast(User, self._dispatch(calls.change_roles, payload))

    def remove_user(self, *, tenant: str, person_id: str) -> Nothing:
        """Take a user out of the tenant; holders of an office must hand over first."""
        payload = given(tenant=tenant, person_id=person_id)
        return cast(Nothing, self._dispatch(calls.remove_user, payload))

    def send_welcome_again(self, *, tenant: str, person_id: str) -> Nothing:
        """Send the welcome mail again with a new link; the older link ends."""
        payload = given(tenant=tenant, person_id=person_id)
        return cast(Nothing, self._dispatch(calls.send_welcome_again, payload))
