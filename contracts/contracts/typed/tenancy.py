"""Typed client of tenancy. Made by ``python -m contracts.generate``."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict, cast

from contracts import tenancy as calls
from contracts.typed.calling import Dispatch, given

Language = Literal["fr", "en"]

Office = Literal["referent", "domain_owner"]

SupportLevel = Literal["basic", "standard", "business", "premium"]


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


class Clock(TypedDict):
    now: str
    simulated: bool


class Organisation(TypedDict):
    organisation_id: str
    name: str


class Holder(TypedDict):
    person_id: str | None
    login: str | None
    email: str
    given_name: str
    family_name: str


class ContractView(TypedDict):
    tenant: str
    name: str
    contract_type: str
    organisation: Organisation
    status: str
    support_level: SupportLevel
    region: str
    referent: Holder
    domain_owner: Holder
    opened_at: str


class Contracts(TypedDict):
    next_cursor: NotRequired[str | None]
    items: list[ContractView]


class ContractName(TypedDict):
    name: str


class Contact(TypedDict):
    email: str
    given_name: str
    family_name: str
    language: NotRequired[Language]
    mobile: NotRequired[str | None]


class ExportedOffice(TypedDict):
    tenant: str
    office: Office
    email: str
    given_name: str
    family_name: str
    held_since: str


class ExportedOffices(TypedDict):
    offices: list[ExportedOffice]


class TenancyClient:
    """Tenancy: organisations, tenants and their contracts, the clock of a simulated
    installation.
    """

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
        """The tenant's audit trail in tenancy, oldest first."""
        payload = given(limit=limit, cursor=cursor, tenant=tenant, grant=grant)
        return cast(AuditEntries, self._dispatch(calls.list_audit_entries, payload))

    def verify_audit_chain(self, *, tenant: str, after: int | None = None) -> AuditVerification:
        """Recompute the hash chain of the tenant's trail in tenancy."""
        payload = given(tenant=tenant, after=after)
        return cast(AuditVerification, self._dispatch(calls.verify_audit_chain, payload))

    def list_house_entries(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> AuditEntries:
        """The installation's own audit trail in tenancy, oldest first."""
        payload = given(limit=limit, cursor=cursor)
        return cast(AuditEntries, self._dispatch(calls.list_house_entries, payload))

    def verify_house_chain(self, *, after: int | None = None) -> AuditVerification:
        """Recompute the hash chain of the installation's trail in tenancy."""
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
        """What staff looked at in tenancy by one grant, oldest first."""
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
        """What staff looked at in tenancy as oneself, by one grant."""
        payload = given(limit=limit, cursor=cursor, tenant=tenant, grant_id=grant_id)
        return cast(Looks, self._dispatch(calls.list_own_looks, payload))

    def get_clock(self) -> Clock:
        """The installation's clock."""
        payload = given()
        return cast(Clock, self._dispatch(calls.get_clock, payload))

    def move_clock(self, *, now: str) -> Clock:
        """Move a simulated clock forward in all services; what falls due then happens in order."""
        payload = given(now=now)
        return cast(Clock, self._dispatch(calls.move_clock, payload))

    def list_contracts(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        search: str | None = None,
    ) -> Contracts:
        """The contracts that the caller may see, by code."""
        payload = given(limit=limit, cursor=cursor, search=search)
        return cast(Contracts, self._dispatch(calls.list_contracts, payload))

    def get_contract(self, *, tenant: str) -> ContractView:
        """One contract: name, offices, support level, state."""
        payload = given(tenant=tenant)
        return cast(ContractView, self._dispatch(calls.get_contract, payload))

    def name_contract(self, *, contract: str) -> ContractName:
        """What a contract is called, for who is asked something about it."""
        payload = given(contract=contract)
        return cast(ContractName, self._dispatch(calls.name_contract, payload))

    def rename_contract(
        self,
        *,
        tenant: str,
        name: str,
        edition: str | None = None,
    ) -> ContractView:
        """Give the contract another name; its referent alone may."""
        payload = given(tenant=tenant, name=name, edition=edition)
        return cast(ContractView, self._dispatch(calls.rename_contract, payload))

    def open_tenant(
        self,
        *,
        organisation_id: str | None = None,
        organisation_name: str | None = None,
        name: str,
        support_level: SupportLevel | None = None,
        referent: Contact,
        domain_owner: Contact | None = None,
    ) -> ContractView:
        """Open a tenant for a company, with its referent, domain owner and support level."""
        payload = given(
            organisation_id=organisation_id,
            organisation_name=organisation_name,
            name=name,
            support_level=support_level,
            referent=referent,
            domain_owner=domain_owner,
        )
        return cast(ContractView, self._dispatch(calls.open_tenant, payload))

    def export_person(self, *, person_id: str) -> ExportedOffices:
        """What contracts hold of a person, for himself."""
        payload = given(person_id=person_id)
        return cast(ExportedOffices, self._dispatch(calls.export_person, payload))
