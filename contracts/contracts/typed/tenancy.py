"""Typed client of tenancy. Made by ``python -m contracts.generate``."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict, cast

from contracts import tenancy as calls
from contracts.typed.calling import Dispatch, given

ActedBy = Literal["customer", "provider", "calendar"]

AuthorKind = Literal["customer", "staff"]

Ball = Literal["customer", "provider"]

ContractAct = Literal[
    "open",
    "start_trial",
    "request",
    "activate",
    "withdraw",
    "convert",
    "expire",
    "suspend",
    "resume",
    "terminate",
    "keep",
    "close",
    "force",
]

ContractStatus = Literal["requested", "trial", "active", "suspended", "draining", "terminated"]

ContractType = Literal["single", "multi_services"]

FieldType = Literal[
    "text", "lines", "whole", "day", "choice", "flag", "email", "mobile", "tenant", "network"
]

ForcedClosingState = Literal["proposed", "approved", "withdrawn", "void", "expired"]

HandoverEnd = Literal[
    "successor_left",
    "successor_disabled",
    "second_login",
    "holder_disabled",
    "holder_changed",
    "contract_terminated",
    "hands_unfit",
    "email_taken",
]

HandoverState = Literal[
    "offered", "accepted", "settling", "done", "declined", "withdrawn", "expired", "void"
]

Language = Literal["fr", "en"]

Office = Literal["referent", "domain_owner"]

OfficeRecoveryState = Literal[
    "proposed",
    "approved",
    "settling",
    "done",
    "refused",
    "objected",
    "withdrawn",
    "expired",
    "void",
]

OpeningGround = Literal["online_opening", "multi_tenant_management"]

OrderFormState = Literal["sent", "returned", "fulfilled", "withdrawn"]

QueueOwner = Literal["anybody", "me", "nobody"]

ReferencesBy = Literal["referent", "sales"]

RequestAct = Literal[
    "send", "assign", "start", "comment", "answer", "close", "resolve", "withdraw", "reopen"
]

RequestKind = Literal[
    "incident",
    "change",
    "multi_tenant_management",
    "online_opening",
    "new_tenant",
    "termination",
    "support_level",
    "billing_details",
    "contract_references",
    "invoice_dispute",
]

RequestOutcome = Literal["fulfilled", "refused", "withdrawn"]

RequestState = Literal["sent", "in_progress", "done"]

SupportChangeStatus = Literal["pending", "applied", "withdrawn", "replaced", "lapsed"]

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


class Address(TypedDict):
    street: str
    street_more: NotRequired[str | None]
    postal_code: NotRequired[str | None]
    city: str
    country: str


class InvoiceRecipient(TypedDict):
    given_name: str
    family_name: str
    email: str


class BillingDetails(TypedDict):
    tenant: str
    company_name: str
    address: Address | None
    recipient: InvoiceRecipient
    changed_at: str | None


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


class TrialView(TypedDict):
    ends_on: str
    closes_on: str
    converted_at: str | None


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
    status_since: NotRequired[str | None]
    trial: NotRequired[TrialView | None]


class Contracts(TypedDict):
    next_cursor: NotRequired[str | None]
    items: list[ContractView]


class ContractName(TypedDict):
    name: str


class Label(TypedDict):
    fr: str
    en: str


class FormHint(TypedDict):
    fr: str
    en: str


class FormGroup(TypedDict):
    code: str
    label: Label


class FormOption(TypedDict):
    code: str
    label: Label


class FormField(TypedDict):
    code: str
    type: FieldType
    label: Label
    hint: NotRequired[FormHint | None]
    required: NotRequired[bool]
    minimum: NotRequired[int | None]
    maximum: NotRequired[int | None]
    options: NotRequired[list[FormOption]]


class FormSheet(TypedDict):
    code: str
    kind: RequestKind
    title: Label
    description: NotRequired[FormHint | None]
    catalogue: NotRequired[FormGroup | None]
    category: NotRequired[FormGroup | None]
    asks_subject: NotRequired[bool]
    deadline_hours: int
    position: NotRequired[int]
    offered: NotRequired[bool]
    fields: list[FormField]
    version: int
    published_at: str


class FormSheets(TypedDict):
    next_cursor: NotRequired[str | None]
    items: list[FormSheet]


class FormDeclaration(TypedDict):
    code: str
    kind: RequestKind
    title: Label
    description: NotRequired[FormHint | None]
    catalogue: NotRequired[FormGroup | None]
    category: NotRequired[FormGroup | None]
    asks_subject: NotRequired[bool]
    deadline_hours: int
    position: NotRequired[int]
    offered: NotRequired[bool]
    fields: list[FormField]


class PublishedForm(TypedDict):
    code: str
    version: int
    changed: bool


class PublishedForms(TypedDict):
    items: list[PublishedForm]


class Party(TypedDict):
    person_id: str
    login: str | None
    given_name: str | None
    family_name: str | None


class Handover(TypedDict):
    handover_id: str
    tenant: str
    contract_name: str
    office: Office
    state: HandoverState
    holder: Party
    successor: Party
    drop_rights: bool
    offered_at: str
    expires_at: str
    accepted_at: str | None
    takes_effect_at: str | None
    ended_at: str | None
    ended_why: HandoverEnd | None
    rights_dropped: bool | None


class OutlookRefusal(TypedDict):
    rule: str
    code: str
    text_key: str
    details: dict[str, Any | None]


class OutlookChange(TypedDict):
    field: str
    before: str | None
    after: str | None


class Outlook(TypedDict):
    act: str
    allowed: bool
    from_on: str | None
    refusal: OutlookRefusal | None
    earliest_on: str | None
    possible_now: list[str]
    mails: list[str]
    changes: list[OutlookChange]


class Handovers(TypedDict):
    next_cursor: NotRequired[str | None]
    items: list[Handover]


class StateChange(TypedDict):
    number: int
    before: ContractStatus | None
    state: ContractStatus
    act: ContractAct
    changed_at: str
    by: ActedBy
    reason: str | None


class StateChanges(TypedDict):
    next_cursor: NotRequired[str | None]
    items: list[StateChange]


class OrganisationSummary(TypedDict):
    organisation_id: str
    name: str
    known_since: str
    contracts: int


class Organisations(TypedDict):
    next_cursor: NotRequired[str | None]
    items: list[OrganisationSummary]


class OnlineOpening(TypedDict):
    person_id: str
    daily_limit: int
    activated_at: str


class MultiTenantManagement(TypedDict):
    management_id: str
    first_person_id: str
    person_id: str | None
    login: str | None
    activated_at: str


class OrganisationView(TypedDict):
    organisation_id: str
    name: str
    known_since: str
    online_opening: OnlineOpening | None
    multi_tenant_management: MultiTenantManagement | None


class NameablePerson(TypedDict):
    person_id: str
    login: str
    given_name: str
    family_name: str
    tenant: str


class NameablePeople(TypedDict):
    items: list[NameablePerson]


class NoAnswer(TypedDict):
    pass


class OwnOpening(TypedDict):
    organisation_id: str
    name: str
    ground: OpeningGround
    daily_limit: int
    left_today: int


class OwnOpenings(TypedDict):
    items: list[OwnOpening]


class Contact(TypedDict):
    email: str
    given_name: str
    family_name: str
    language: NotRequired[Language]
    mobile: NotRequired[str | None]


class OrderForm(TypedDict):
    order_form_id: str
    tenant: str
    organisation: Organisation
    request_number: str | None
    state: OrderFormState
    sent_at: str
    returned_at: str | None
    due_at: str | None
    late: bool
    new_tenant: str | None
    ended_at: str | None


class OrderForms(TypedDict):
    next_cursor: NotRequired[str | None]
    items: list[OrderForm]


class RequestSummary(TypedDict):
    number: str
    tenant: str
    contract_name: str
    kind: RequestKind
    title: Label
    subject: str
    state: RequestState
    outcome: RequestOutcome | None
    ball: Ball | None
    deadline_at: str
    sent_at: str
    sent_by_kind: AuthorKind
    sent_by: str
    sent_by_name: NotRequired[str | None]
    changed_at: str
    done_at: str | None


class Requests(TypedDict):
    next_cursor: NotRequired[str | None]
    items: list[RequestSummary]


class RequestAnswer(TypedDict):
    field: str
    type: FieldType
    label: Label
    value: str
    shown: Label | None


class RequestSheet(TypedDict):
    number: str
    tenant: str
    contract_name: str
    kind: RequestKind
    title: Label
    subject: str
    state: RequestState
    outcome: RequestOutcome | None
    ball: Ball | None
    deadline_at: str
    sent_at: str
    sent_by_kind: AuthorKind
    sent_by: str
    sent_by_name: NotRequired[str | None]
    changed_at: str
    done_at: str | None
    form: str
    form_version: int
    catalogue: FormGroup | None
    category: FormGroup | None
    answers: list[RequestAnswer]
    closing_text: str | None
    reopenable_until: str | None


class RequestEntry(TypedDict):
    entry_id: str
    at: str
    act: RequestAct
    state: RequestState
    author_kind: AuthorKind
    author: str
    author_name: NotRequired[str | None]
    text: str | None


class RequestEntries(TypedDict):
    next_cursor: NotRequired[str | None]
    items: list[RequestEntry]


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


class QueuedRequest(TypedDict):
    number: str
    tenant: str
    contract_name: str
    kind: RequestKind
    title: Label
    subject: str
    state: RequestState
    outcome: RequestOutcome | None
    ball: Ball | None
    deadline_at: str
    sent_at: str
    sent_by_kind: AuthorKind
    sent_by: str
    sent_by_name: NotRequired[str | None]
    changed_at: str
    done_at: str | None
    assigned_to: str | None
    overdue: bool


class Queue(TypedDict):
    next_cursor: NotRequired[str | None]
    items: list[QueuedRequest]


class QueueCounts(TypedDict):
    open: int
    mine: int
    unassigned: int
    overdue: int


class OwnOfficeRecovery(TypedDict):
    recovery_id: str
    tenant: str
    contract_name: str
    office: Office
    state: OfficeRecoveryState
    given_name: str
    family_name: str
    proposed_at: str
    takes_effect_at: str | None


class OwnHandovers(TypedDict):
    handovers: list[Handover]
    recoveries: list[OwnOfficeRecovery]


class OfficeRecovery(TypedDict):
    recovery_id: str
    tenant: str
    contract_name: str
    office: Office
    state: OfficeRecoveryState
    holder: Party
    email: str
    given_name: str
    family_name: str
    drop_rights: bool
    reason: str
    evidence: str
    proposed_by: str
    proposed_by_name: str | None
    proposed_at: str
    expires_at: str
    decided_by: str | None
    decided_by_name: str | None
    decided_at: str | None
    takes_effect_at: str | None
    ended_at: str | None
    ended_why: HandoverEnd | None


class OfficeRecoveries(TypedDict):
    next_cursor: NotRequired[str | None]
    items: list[OfficeRecovery]


class InvoiceReferences(TypedDict):
    tenant: str
    ref1: str | None
    ref2: str | None
    ref3: str | None
    changed_at: str | None
    editable_by: ReferencesBy


class SupportChange(TypedDict):
    change_id: str
    level_before: SupportLevel
    support_level: SupportLevel
    effective_on: str
    status: SupportChangeStatus
    asked_at: str
    ended_at: str | None


class SupportTerms(TypedDict):
    tenant: str
    support_level: SupportLevel
    since_on: str
    committed_until: str | None
    pending: SupportChange | None
    possible_now: list[SupportLevel]
    would_apply_on: str
    changes: list[SupportChange]


class RemainingPart(TypedDict):
    kind: str
    region: str
    count: int
    daily_cost: str
    currency: str


class DailyCost(TypedDict):
    amount: str
    currency: str


class ForcedClosing(TypedDict):
    closing_id: str
    tenant: str
    state: ForcedClosingState
    reason: str
    proposed_by: str
    proposed_at: str
    expires_at: str
    decided_by: str | None
    decided_at: str | None


class Certificate(TypedDict):
    tenant: str
    name: str
    organisation_name: str
    opened_at: str
    draining_since: str
    terminated_at: str
    forced: bool
    inventory_at: str | None
    remaining: int


class TerminationView(TypedDict):
    tenant: str
    status: ContractStatus
    draining_since: str | None
    known: bool
    observed_at: str | None
    remaining: int
    parts: list[RemainingPart]
    daily_costs: list[DailyCost]
    forced_closing: ForcedClosing | None
    certificate: Certificate | None


class NoFields(TypedDict):
    pass


class RequestedTrial(TypedDict):
    organisation_name: str
    email: str
    given_name: str
    family_name: str
    language: Language
    expires_at: str
    would_end_on: str


class BegunTrial(TypedDict):
    tenant: str
    ends_on: str


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

    def get_billing_details(self, *, tenant: str) -> BillingDetails:
        """Company name and address on the invoices, and who is sent them."""
        payload = given(tenant=tenant)
        return cast(BillingDetails, self._dispatch(calls.get_billing_details, payload))

    def change_billing_details(
        self,
        *,
        tenant: str,
        company_name: str,
        address: Address,
        recipient: InvoiceRecipient,
        edition: str | None = None,
    ) -> BillingDetails:
        """Set company name, address and recipient of the invoices, as the customer has asked."""
        payload = given(
            tenant=tenant,
            company_name=company_name,
            address=address,
            recipient=recipient,
            edition=edition,
        )
        return cast(BillingDetails, self._dispatch(calls.change_billing_details, payload))

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

    def list_forms(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        kind: RequestKind | None = None,
    ) -> FormSheets:
        """The forms that are offered, in the order of the catalogue."""
        payload = given(limit=limit, cursor=cursor, kind=kind)
        return cast(FormSheets, self._dispatch(calls.list_forms, payload))

    def get_form(self, *, form: str) -> FormSheet:
        """One form that is offered: its questions, with their checks."""
        payload = given(form=form)
        return cast(FormSheet, self._dispatch(calls.get_form, payload))

    def publish_forms(self, *, forms: list[FormDeclaration]) -> PublishedForms:
        """Publish forms, all or none; what is refused is named form by form, field by field."""
        payload = given(forms=forms)
        return cast(PublishedForms, self._dispatch(calls.publish_forms, payload))

    def offer_handover(
        self,
        *,
        tenant: str,
        office: Office,
        person_id: str,
        drop_rights: bool | None = None,
    ) -> Handover:
        """Offer one's office to a user of the tenant, who has a week to accept it."""
        payload = given(tenant=tenant, office=office, person_id=person_id, drop_rights=drop_rights)
        return cast(Handover, self._dispatch(calls.offer_handover, payload))

    def foresee_handover(
        self,
        *,
        tenant: str,
        office: Office,
        person_id: str,
        drop_rights: bool | None = None,
    ) -> Outlook:
        """What offering one's office to a user would lead to, were he to accept it now."""
        payload = given(tenant=tenant, office=office, person_id=person_id, drop_rights=drop_rights)
        return cast(Outlook, self._dispatch(calls.foresee_handover, payload))

    def list_handovers(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        tenant: str,
    ) -> Handovers:
        """Handovers of the contract's offices, newest first."""
        payload = given(limit=limit, cursor=cursor, tenant=tenant)
        return cast(Handovers, self._dispatch(calls.list_handovers, payload))

    def get_handover(self, *, tenant: str, handover_id: str) -> Handover:
        """A handover that I offered, or that was offered to me."""
        payload = given(tenant=tenant, handover_id=handover_id)
        return cast(Handover, self._dispatch(calls.get_handover, payload))

    def accept_handover(self, *, tenant: str, handover_id: str) -> Handover:
        """Accept an office that was offered to me: it is mine when the cooling-off is over."""
        payload = given(tenant=tenant, handover_id=handover_id)
        return cast(Handover, self._dispatch(calls.accept_handover, payload))

    def decline_handover(self, *, tenant: str, handover_id: str) -> Handover:
        """Decline an office, also after having accepted it, until it has taken effect."""
        payload = given(tenant=tenant, handover_id=handover_id)
        return cast(Handover, self._dispatch(calls.decline_handover, payload))

    def withdraw_handover(self, *, tenant: str, handover_id: str) -> Handover:
        """Take back the offer of one's office, until it has taken effect."""
        payload = given(tenant=tenant, handover_id=handover_id)
        return cast(Handover, self._dispatch(calls.withdraw_handover, payload))

    def list_state_changes(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        tenant: str,
    ) -> StateChanges:
        """The states that a contract has gone through, the newest first."""
        payload = given(limit=limit, cursor=cursor, tenant=tenant)
        return cast(StateChanges, self._dispatch(calls.list_state_changes, payload))

    def suspend_contract(self, *, tenant: str, explanation: str) -> ContractView:
        """Suspend a contract: its technical console closes and nothing is ordered."""
        payload = given(tenant=tenant, explanation=explanation)
        return cast(ContractView, self._dispatch(calls.suspend_contract, payload))

    def resume_contract(self, *, tenant: str) -> ContractView:
        """Let a suspended contract go on as what it was."""
        payload = given(tenant=tenant)
        return cast(ContractView, self._dispatch(calls.resume_contract, payload))

    def foresee_conversion(self, *, tenant: str) -> Outlook:
        """Whether the trial can be converted now, and what would happen."""
        payload = given(tenant=tenant)
        return cast(Outlook, self._dispatch(calls.foresee_conversion, payload))

    def convert_trial(self, *, tenant: str) -> ContractView:
        """Go on with a trial as a contract that is paid for; everything stays as it is set."""
        payload = given(tenant=tenant)
        return cast(ContractView, self._dispatch(calls.convert_trial, payload))

    def list_organisations(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        search: str | None = None,
    ) -> Organisations:
        """The organisations, by name."""
        payload = given(limit=limit, cursor=cursor, search=search)
        return cast(Organisations, self._dispatch(calls.list_organisations, payload))

    def get_organisation(self, *, organisation_id: str) -> OrganisationView:
        """One organisation, with the options that are active for it."""
        payload = given(organisation_id=organisation_id)
        return cast(OrganisationView, self._dispatch(calls.get_organisation, payload))

    def list_organisation_contracts(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        organisation_id: str,
    ) -> Contracts:
        """The contracts of an organisation, by code."""
        payload = given(limit=limit, cursor=cursor, organisation_id=organisation_id)
        return cast(Contracts, self._dispatch(calls.list_organisation_contracts, payload))

    def list_nameable_people(self, *, organisation_id: str) -> NameablePeople:
        """Users of an organisation's contracts whom sales may name for an option of it."""
        payload = given(organisation_id=organisation_id)
        return cast(NameablePeople, self._dispatch(calls.list_nameable_people, payload))

    def activate_online_opening(
        self,
        *,
        organisation_id: str,
        person_id: str,
        daily_limit: int | None = None,
    ) -> OnlineOpening:
        """Name the user of an organisation who opens contracts for it alone."""
        payload = given(
            organisation_id=organisation_id, person_id=person_id, daily_limit=daily_limit
        )
        return cast(OnlineOpening, self._dispatch(calls.activate_online_opening, payload))

    def withdraw_online_opening(self, *, organisation_id: str) -> NoAnswer:
        """Nobody of the organisation opens contracts alone any more."""
        payload = given(organisation_id=organisation_id)
        return cast(NoAnswer, self._dispatch(calls.withdraw_online_opening, payload))

    def list_own_openings(self) -> OwnOpenings:
        """The organisations that the caller opens contracts for, and how many more today."""
        payload = given()
        return cast(OwnOpenings, self._dispatch(calls.list_own_openings, payload))

    def open_contract(
        self,
        *,
        organisation_id: str,
        name: str,
        support_level: SupportLevel | None = None,
        referent: Contact,
        domain_owner: Contact | None = None,
    ) -> ContractView:
        """Open a contract for an organisation that lets the caller do so alone."""
        payload = given(
            organisation_id=organisation_id,
            name=name,
            support_level=support_level,
            referent=referent,
            domain_owner=domain_owner,
        )
        return cast(ContractView, self._dispatch(calls.open_contract, payload))

    def activate_multi_tenant_management(
        self,
        *,
        organisation_id: str,
        person_id: str,
    ) -> MultiTenantManagement:
        """Give a user a second login that sees, changes and opens all tenants of his company."""
        payload = given(organisation_id=organisation_id, person_id=person_id)
        return cast(
            MultiTenantManagement, self._dispatch(calls.activate_multi_tenant_management, payload)
        )

    def deactivate_multi_tenant_management(self, *, organisation_id: str) -> NoAnswer:
        """End the second login of an organisation; nothing to end is fine."""
        payload = given(organisation_id=organisation_id)
        return cast(NoAnswer, self._dispatch(calls.deactivate_multi_tenant_management, payload))

    def open_tenant(
        self,
        *,
        organisation_id: str | None = None,
        organisation_name: str | None = None,
        name: str,
        support_level: SupportLevel | None = None,
        referent: Contact,
        domain_owner: Contact | None = None,
        contract_type: ContractType | None = None,
    ) -> ContractView:
        """Open a tenant for a company, with its referent, domain owner and support level."""
        payload = given(
            organisation_id=organisation_id,
            organisation_name=organisation_name,
            name=name,
            support_level=support_level,
            referent=referent,
            domain_owner=domain_owner,
            contract_type=contract_type,
        )
        return cast(ContractView, self._dispatch(calls.open_tenant, payload))

    def send_order_form(self, *, tenant: str, request_number: str | None = None) -> OrderForm:
        """Send a customer the order form of one more tenant; its referent returns it."""
        payload = given(tenant=tenant, request_number=request_number)
        return cast(OrderForm, self._dispatch(calls.send_order_form, payload))

    def list_order_forms(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        tenant: str,
    ) -> OrderForms:
        """The order forms of a contract, the newest first."""
        payload = given(limit=limit, cursor=cursor, tenant=tenant)
        return cast(OrderForms, self._dispatch(calls.list_order_forms, payload))

    def get_order_form(self, *, tenant: str, order_form_id: str) -> OrderForm:
        """One order form: where it stands, and until when the credentials are owed."""
        payload = given(tenant=tenant, order_form_id=order_form_id)
        return cast(OrderForm, self._dispatch(calls.get_order_form, payload))

    def return_order_form(
        self,
        *,
        tenant: str,
        order_form_id: str,
        name: str,
        support_level: SupportLevel | None = None,
        referent: Contact,
        domain_owner: Contact | None = None,
    ) -> OrderForm:
        """Return the order form filled in: the new tenant has its code, and a day runs."""
        payload = given(
            tenant=tenant,
            order_form_id=order_form_id,
            name=name,
            support_level=support_level,
            referent=referent,
            domain_owner=domain_owner,
        )
        return cast(OrderForm, self._dispatch(calls.return_order_form, payload))

    def fulfil_order_form(self, *, tenant: str, order_form_id: str) -> OrderForm:
        """Open the tenant that was ordered: its people get their credentials."""
        payload = given(tenant=tenant, order_form_id=order_form_id)
        return cast(OrderForm, self._dispatch(calls.fulfil_order_form, payload))

    def withdraw_order_form(self, *, tenant: str, order_form_id: str) -> OrderForm:
        """Give up an order form; a code that was given is used up."""
        payload = given(tenant=tenant, order_form_id=order_form_id)
        return cast(OrderForm, self._dispatch(calls.withdraw_order_form, payload))

    def list_owed_tenants(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> OrderForms:
        """The order forms that came back and are not fulfilled, the one due first before all."""
        payload = given(limit=limit, cursor=cursor)
        return cast(OrderForms, self._dispatch(calls.list_owed_tenants, payload))

    def list_requests(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        contract: str | None = None,
        kind: RequestKind | None = None,
        state: RequestState | None = None,
        search: str | None = None,
    ) -> Requests:
        """The requests of the contracts that the caller may see, newest first."""
        payload = given(
            limit=limit, cursor=cursor, contract=contract, kind=kind, state=state, search=search
        )
        return cast(Requests, self._dispatch(calls.list_requests, payload))

    def get_request(self, *, tenant: str, number: str) -> RequestSheet:
        """One request: what was asked, where it stands, whose turn it is, until when."""
        payload = given(tenant=tenant, number=number)
        return cast(RequestSheet, self._dispatch(calls.get_request, payload))

    def list_request_entries(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        tenant: str,
        number: str,
    ) -> RequestEntries:
        """What happened to a request and what was written about it, in order."""
        payload = given(limit=limit, cursor=cursor, tenant=tenant, number=number)
        return cast(RequestEntries, self._dispatch(calls.list_request_entries, payload))

    def send_request(
        self,
        *,
        tenant: str,
        form: str,
        subject: str | None = None,
        answers: dict[str, str],
    ) -> RequestSheet:
        """Declare an incident, ask for a change of the catalogue, dispute an invoice."""
        payload = given(tenant=tenant, form=form, subject=subject, answers=answers)
        return cast(RequestSheet, self._dispatch(calls.send_request, payload))

    def send_contract_request(
        self,
        *,
        tenant: str,
        form: str,
        subject: str | None = None,
        answers: dict[str, str],
    ) -> RequestSheet:
        """Ask of sales what concerns the contract: termination, support level, a new tenant …"""
        payload = given(tenant=tenant, form=form, subject=subject, answers=answers)
        return cast(RequestSheet, self._dispatch(calls.send_contract_request, payload))

    def comment_request(self, *, tenant: str, number: str, text: str) -> RequestSheet:
        """Write something about a request that is not done: it is the provider's turn then."""
        payload = given(tenant=tenant, number=number, text=text)
        return cast(RequestSheet, self._dispatch(calls.comment_request, payload))

    def resolve_request(self, *, tenant: str, number: str, text: str | None = None) -> RequestSheet:
        """Close an incident that is solved."""
        payload = given(tenant=tenant, number=number, text=text)
        return cast(RequestSheet, self._dispatch(calls.resolve_request, payload))

    def withdraw_request(
        self,
        *,
        tenant: str,
        number: str,
        text: str | None = None,
    ) -> RequestSheet:
        """Take a request back; who might have sent it may."""
        payload = given(tenant=tenant, number=number, text=text)
        return cast(RequestSheet, self._dispatch(calls.withdraw_request, payload))

    def reopen_request(self, *, tenant: str, number: str, text: str) -> RequestSheet:
        """Say that an incident is not solved after all, within 14 days."""
        payload = given(tenant=tenant, number=number, text=text)
        return cast(RequestSheet, self._dispatch(calls.reopen_request, payload))

    def export_person(self, *, person_id: str) -> ExportedOffices:
        """What contracts hold of a person, for himself."""
        payload = given(person_id=person_id)
        return cast(ExportedOffices, self._dispatch(calls.export_person, payload))

    def list_queue(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        owner: QueueOwner | None = None,
        kind: RequestKind | None = None,
        number: str | None = None,
    ) -> Queue:
        """The requests that are not done, the nearest deadline first."""
        payload = given(limit=limit, cursor=cursor, owner=owner, kind=kind, number=number)
        return cast(Queue, self._dispatch(calls.list_queue, payload))

    def count_queue(self) -> QueueCounts:
        """How many requests wait, are one's own, are nobody's, are late."""
        payload = given()
        return cast(QueueCounts, self._dispatch(calls.count_queue, payload))

    def assign_request(
        self,
        *,
        tenant: str,
        number: str,
        to_me: bool | None = None,
    ) -> RequestSheet:
        """Take a request that nobody has, or give one's own back."""
        payload = given(tenant=tenant, number=number, to_me=to_me)
        return cast(RequestSheet, self._dispatch(calls.assign_request, payload))

    def start_request(self, *, tenant: str, number: str) -> RequestSheet:
        """Begin to work on a request; it is the caller's then, where it was nobody's."""
        payload = given(tenant=tenant, number=number)
        return cast(RequestSheet, self._dispatch(calls.start_request, payload))

    def answer_request(self, *, tenant: str, number: str, text: str) -> RequestSheet:
        """Write to the customer: it is his turn then."""
        payload = given(tenant=tenant, number=number, text=text)
        return cast(RequestSheet, self._dispatch(calls.answer_request, payload))

    def close_request(
        self,
        *,
        tenant: str,
        number: str,
        outcome: RequestOutcome,
        text: str,
    ) -> RequestSheet:
        """Say that a request is done, fulfilled or refused, and what was done or why not."""
        payload = given(tenant=tenant, number=number, outcome=outcome, text=text)
        return cast(RequestSheet, self._dispatch(calls.close_request, payload))

    def list_own_handovers(self) -> OwnHandovers:
        """What is open about offices that I hold, or that were offered to me."""
        payload = given()
        return cast(OwnHandovers, self._dispatch(calls.list_own_handovers, payload))

    def list_office_recoveries(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        open: bool | None = None,
    ) -> OfficeRecoveries:
        """Recoveries of offices, newest first."""
        payload = given(limit=limit, cursor=cursor, open=open)
        return cast(OfficeRecoveries, self._dispatch(calls.list_office_recoveries, payload))

    def get_office_recovery(self, *, tenant: str, recovery_id: str) -> OfficeRecovery:
        """One recovery of an office."""
        payload = given(tenant=tenant, recovery_id=recovery_id)
        return cast(OfficeRecovery, self._dispatch(calls.get_office_recovery, payload))

    def propose_office_recovery(
        self,
        *,
        tenant: str,
        office: Office,
        successor: Contact,
        drop_rights: bool | None = None,
        evidence: str,
    ) -> OfficeRecovery:
        """Propose who is to hold an office whose holder cannot act; a second of staff decides."""
        payload = given(
            tenant=tenant,
            office=office,
            successor=successor,
            drop_rights=drop_rights,
            evidence=evidence,
        )
        return cast(OfficeRecovery, self._dispatch(calls.propose_office_recovery, payload))

    def approve_office_recovery(self, *, tenant: str, recovery_id: str) -> OfficeRecovery:
        """Approve what another of staff proposed: it takes effect after a delay in which the
        holder can stop it.
        """
        payload = given(tenant=tenant, recovery_id=recovery_id)
        return cast(OfficeRecovery, self._dispatch(calls.approve_office_recovery, payload))

    def refuse_office_recovery(self, *, tenant: str, recovery_id: str) -> OfficeRecovery:
        """Refuse it, or stop one that has not taken effect yet."""
        payload = given(tenant=tenant, recovery_id=recovery_id)
        return cast(OfficeRecovery, self._dispatch(calls.refuse_office_recovery, payload))

    def withdraw_office_recovery(self, *, tenant: str, recovery_id: str) -> OfficeRecovery:
        """Withdraw what one has proposed oneself."""
        payload = given(tenant=tenant, recovery_id=recovery_id)
        return cast(OfficeRecovery, self._dispatch(calls.withdraw_office_recovery, payload))

    def object_to_office_recovery(self, *, tenant: str, recovery_id: str) -> OwnOfficeRecovery:
        """I can act: stop the recovery of an office that I hold."""
        payload = given(tenant=tenant, recovery_id=recovery_id)
        return cast(OwnOfficeRecovery, self._dispatch(calls.object_to_office_recovery, payload))

    def get_references(self, *, tenant: str) -> InvoiceReferences:
        """REF1, REF2 and REF3, as the invoices show them."""
        payload = given(tenant=tenant)
        return cast(InvoiceReferences, self._dispatch(calls.get_references, payload))

    def change_references(
        self,
        *,
        tenant: str,
        ref1: str | None = None,
        ref2: str | None = None,
        ref3: str | None = None,
        edition: str | None = None,
    ) -> InvoiceReferences:
        """Set REF1, REF2 and REF3; one that is left out is empty from the next invoice on."""
        payload = given(tenant=tenant, ref1=ref1, ref2=ref2, ref3=ref3, edition=edition)
        return cast(InvoiceReferences, self._dispatch(calls.change_references, payload))

    def get_support_level(self, *, tenant: str) -> SupportTerms:
        """The support level in force, its commitment, what was asked for and what may be."""
        payload = given(tenant=tenant)
        return cast(SupportTerms, self._dispatch(calls.get_support_level, payload))

    def foresee_support_level(self, *, tenant: str, support_level: SupportLevel) -> Outlook:
        """What would happen if this support level were asked for now."""
        payload = given(tenant=tenant, support_level=support_level)
        return cast(Outlook, self._dispatch(calls.foresee_support_level, payload))

    def change_support_level(
        self,
        *,
        tenant: str,
        support_level: SupportLevel,
        edition: str | None = None,
    ) -> SupportTerms:
        """Give the contract another support level from the first day of next month."""
        payload = given(tenant=tenant, support_level=support_level, edition=edition)
        return cast(SupportTerms, self._dispatch(calls.change_support_level, payload))

    def withdraw_support_level_change(self, *, tenant: str) -> SupportTerms:
        """Take back the change of support level whose day has not come."""
        payload = given(tenant=tenant)
        return cast(SupportTerms, self._dispatch(calls.withdraw_support_level_change, payload))

    def get_termination(self, *, tenant: str) -> TerminationView:
        """What remains in a tenant and costs a day, until its contract can end."""
        payload = given(tenant=tenant)
        return cast(TerminationView, self._dispatch(calls.get_termination, payload))

    def foresee_termination(self, *, tenant: str) -> Outlook:
        """Whether a contract can be terminated now, and what would happen."""
        payload = given(tenant=tenant)
        return cast(Outlook, self._dispatch(calls.foresee_termination, payload))

    def terminate_contract(self, *, tenant: str) -> TerminationView:
        """Terminate a contract that its customer asked to end; it ends when nothing remains."""
        payload = given(tenant=tenant)
        return cast(TerminationView, self._dispatch(calls.terminate_contract, payload))

    def keep_contract(self, *, tenant: str) -> TerminationView:
        """Take a termination back while something remains; the contract is what it was."""
        payload = given(tenant=tenant)
        return cast(TerminationView, self._dispatch(calls.keep_contract, payload))

    def propose_forced_closing(self, *, tenant: str) -> ForcedClosing:
        """Propose to end a contract though resources remain; a second of staff decides."""
        payload = given(tenant=tenant)
        return cast(ForcedClosing, self._dispatch(calls.propose_forced_closing, payload))

    def approve_forced_closing(self, *, tenant: str, closing_id: str) -> TerminationView:
        """End a contract that another of staff proposed to end though resources remain."""
        payload = given(tenant=tenant, closing_id=closing_id)
        return cast(TerminationView, self._dispatch(calls.approve_forced_closing, payload))

    def withdraw_forced_closing(self, *, tenant: str, closing_id: str) -> ForcedClosing:
        """Stop a forced closing that nobody approved yet; either hand may."""
        payload = given(tenant=tenant, closing_id=closing_id)
        return cast(ForcedClosing, self._dispatch(calls.withdraw_forced_closing, payload))

    def request_trial(
        self,
        *,
        organisation_name: str,
        email: str,
        given_name: str,
        family_name: str,
        language: Language | None = None,
        mobile: str | None = None,
        address: str | None = None,
    ) -> NoFields:
        """Ask for a free trial: the same answer to everybody, and a link by mail."""
        payload = given(
            organisation_name=organisation_name,
            email=email,
            given_name=given_name,
            family_name=family_name,
            language=language,
            mobile=mobile,
            address=address,
        )
        return cast(NoFields, self._dispatch(calls.request_trial, payload))

    def read_trial_link(self, *, token: str) -> RequestedTrial:
        """What a trial's link would open. Reading it changes nothing, however often."""
        payload = given(token=token)
        return cast(RequestedTrial, self._dispatch(calls.read_trial_link, payload))

    def confirm_trial(self, *, token: str) -> BegunTrial:
        """Open the trial: a tenant for a new company, without bank details."""
        payload = given(token=token)
        return cast(BegunTrial, self._dispatch(calls.confirm_trial, payload))
