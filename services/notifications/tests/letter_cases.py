"""What each mail is made of: every letter there is, with a fact that calls for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from contracts.codes import (
    CredentialKind,
    Language,
    Office,
    RequestNumber,
    Role,
    Section,
    StaffRole,
    SupportLevel,
    TenantCode,
)
from contracts.gateway import ClientChange
from contracts.identity import FactorChange, PolicyPart, RecoveryKind
from contracts.identity.facts import Leaving
from contracts.subscriptions import Product
from contracts.tenancy import (
    ContractAct,
    ContractStatus,
    HandoverEnd,
    HandoverState,
    ReferencesBy,
    RequestAct,
    RequestOutcome,
)
from notifications.domain import (
    client_letters,
    contract_letters,
    ending_letters,
    letters,
    life_letters,
    office_letters,
    organisation_letters,
    people_letters,
    request_letters,
)
from notifications.domain.letters import Letter

PERSON = UUID("01900000-0000-7000-8000-000000000001")
OTHER = UUID("01900000-0000-7000-8000-000000000002")
AT = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
OFFER = {
    "offer_id": "workspace-1",
    "product": Product.WORKSPACE,
    "region": "eu-west-0",
    "flavour": "standard",
    "package": "12-months",
    "term_months": 12,
    "upfront": False,
    "monthly_price": Decimal("19.90"),
    "upfront_price": Decimal("0.00"),
    "currency": "EUR",
}
ACCOUNT = {
    "person_id": PERSON,
    "tenant": TenantCode("OCB0000001"),
    "user_name": "John.Doe",
    "sealed_link": "sealed",
    "expires_at": AT,
}
TERMINATION = {
    "subscription_id": PERSON,
    "termination_id": PERSON,
    "tenant": TenantCode("OCB0000001"),
    "offer": OFFER,
    "quantity": 1,
    "remaining": 2,
    "effective_on": date(2026, 12, 1),
    "requested_by": str(PERSON),
}
COMPANY = {"person_id": PERSON, "organisation_name": "Exemple SA"}
ORDER_FORM = {
    "tenant": TenantCode("OCB0000001"),
    "new_tenant": TenantCode("OCB0000002"),
    "referent_id": PERSON,
    "sent_by": OTHER,
    "returned_by": PERSON,
    "due_at": AT,
}
FACTORS = {"person_id": PERSON, "tenant": None, "not_me_link": "sealed", "changed_at": AT}
INVITED = {**ACCOUNT, "roles": {Section.USERS: Role.VISITOR}}
INVITER = {"invited_by": OTHER}
ELSEWHERE = {"new_email": "john@new.example"}
ASKED = {"requested_at": AT}
LOOKED_AT = {
    "grant_id": OTHER,
    "person_id": PERSON,
    "tenant": TenantCode("OCB0000001"),
    "operator_name": "Bob <Help>",
    "as_name": "John Doe",
    "reason": "An invoice is missing",
    "ends_at": AT,
}
CLIENT = {
    "person_id": PERSON,
    "tenant": TenantCode("OCB0000001"),
    "client_id": "ocb0000001-1f",
    "client_name": "<Billing>",
    "changed_at": AT,
    "expires_at": AT,
    "expired_at": AT,
}
GATHERED = {
    "person_id": PERSON,
    "tenant": TenantCode("OCB0000001"),
    "changes": [
        {"client_id": "own-1", "client_name": "<Billing>", "change": change, "changed_at": AT}
        for change in ClientChange
    ],
    "first_at": AT,
    "last_at": AT,
}
PART = {
    "kind": "<ecs>",
    "region": "eu-west-0",
    "count": 2,
    "daily_cost": Decimal("3.5000"),
    "currency": "EUR",
}
DRAINING = {
    "tenant": TenantCode("OCB0000001"),
    "referent_id": PERSON,
    "draining_since": AT,
    "known": True,
    "observed_at": AT,
    "remaining": 2,
    "parts": [PART],
    "daily_costs": [{"amount": Decimal("3.5000"), "currency": "EUR"}],
}
FORCED = {"tenant": TenantCode("OCB0000001"), "referent_id": PERSON, "proposed_at": AT}
CLOSED = {
    "tenant": TenantCode("OCB0000001"),
    "referent_id": PERSON,
    "certificate": {"opened_at": AT, "terminated_at": AT, "forced": True, "remaining": 2},
}
OF_CONTRACT = {
    "tenant": TenantCode("OCB0000001"),
    "referent_id": PERSON,
    "change_id": OTHER,
    "level_before": SupportLevel.STANDARD,
    "support_level": SupportLevel.PREMIUM,
    "replaced": None,
    "effective_on": date(2026, 12, 1),
    "committed_until": date(2027, 5, 31),
    "changed_at": AT,
}
REQUEST = {
    "tenant": TenantCode("OCB0000001"),
    "number": RequestNumber("D0001001"),
    "title": {"fr": "Déclarer un incident", "en": "Declare an incident"},
    "subject": "Network <down>",
    "told_id": PERSON,
    "assigned_to": PERSON,
    "deadline_at": AT,
    "act": RequestAct.COMMENT,
    "reopenable_until": None,
}
STATE = {
    "tenant": TenantCode("OCB0000001"),
    "referent_id": PERSON,
    "state": ContractStatus.SUSPENDED,
    "changed_at": AT,
    "reason": None,
    "trial_closes_on": date(2027, 3, 3),
}
TRIAL = {"ends_on": date(2027, 1, 31), "closes_on": date(2027, 3, 3)}
HANDOVER = {
    "person_id": PERSON,
    "tenant": TenantCode("OCB0000001"),
    "office": Office.REFERENT,
    "handover_id": OTHER,
    "state": HandoverState.OFFERED,
    "is_holder": True,
    "other_name": "Jane <Roe>",
    "drop_rights": False,
    "expires_at": AT,
    "takes_effect_at": None,
    "ended_why": None,
    "rights_dropped": None,
}
OFFICE_RECOVERY = {
    "person_id": PERSON,
    "tenant": TenantCode("OCB0000001"),
    "office": Office.DOMAIN_OWNER,
    "recovery_id": OTHER,
    "state": "approved",
    "is_holder": True,
    "successor_name": "Nora <New>",
    "takes_effect_at": AT,
}
OPEN_HANDOVER = {"drop_rights": True, "takes_effect_at": AT}


def deadline_approached(fact: dict[str, Any]) -> Letter:
    return request_letters.deadline_approached(fact, contact="desk@guichet.example")


TOLD_OF_OFFICES: list[tuple[Callable[[Any], Letter | None], dict[str, Any]]] = [
    *(
        (
            office_letters.handover_announced,
            {**HANDOVER, **OPEN_HANDOVER, "state": state, "is_holder": is_holder},
        )
        for state in HandoverState
        if state not in (HandoverState.SETTLING, HandoverState.VOID)
        for is_holder in (True, False)
    ),
    *(
        (
            office_letters.handover_announced,
            {
                **HANDOVER,
                "office": Office.DOMAIN_OWNER,
                "state": HandoverState.VOID,
                "ended_why": why,
            },
        )
        for why in HandoverEnd
    ),
    *(
        (
            office_letters.handover_announced,
            {
                **HANDOVER,
                "state": HandoverState.DONE,
                "drop_rights": True,
                "rights_dropped": dropped,
            },
        )
        for dropped in (True, False)
    ),
    *(
        (office_letters.office_recovery_announced, {**OFFICE_RECOVERY, "state": state})
        for state in ("approved", "done", "refused", "objected", "void")
    ),
    (office_letters.office_recovery_announced, {**OFFICE_RECOVERY, "is_holder": False}),
]
REFERENCES = {"ref1": "AA<00606838>", "ref2": None, "ref3": None}
PORTAL, API = CredentialKind.PORTAL, CredentialKind.API

CASES: list[tuple[Callable[[Any], Letter | None], dict[str, Any]]] = [
    (letters.welcome, {**ACCOUNT, "login": "John.Doe"}),
    (letters.welcome, {**ACCOUNT, "login": "John.Doe", "tenant": None}),
    (letters.console_welcome, ACCOUNT),
    *TOLD_OF_OFFICES,
    (
        letters.tenant_joined,
        {
            **ACCOUNT,
            "newly_registered": False,
            "roles": dict.fromkeys(Section, Role.MANAGER)
            | {Section.BACKUP_CONSOLE: Role.CUST_ADMIN, Section.USERS: Role.VISITOR},
        },
    ),
    (letters.password_reset, {**ACCOUNT, "credential": API}),
    (letters.password_reset, {**ACCOUNT, "credential": PORTAL, "tenant": None}),
    (letters.password_set, {**ACCOUNT, "credential": API, "set_at": AT}),
    (letters.password_set, {**ACCOUNT, "credential": PORTAL, "tenant": None, "set_at": AT}),
    (letters.access_disabled, {**ACCOUNT, "idle_days": 90}),
    (letters.password_expires_soon, {**ACCOUNT, "credential": API, "expires_at": AT}),
    (
        letters.password_expires_soon,
        {**ACCOUNT, "credential": PORTAL, "tenant": None, "expires_at": AT},
    ),
    *(
        (
            letters.policy_changed,
            {**ACCOUNT, "part": part, "changed_by_name": "Jane.Roe", "changed_at": AT},
        )
        for part in PolicyPart
        if part is not PolicyPart.STAFF
    ),
    *(
        (
            letters.policy_changed,
            {
                **ACCOUNT,
                "tenant": None,
                "part": part,
                "changed_by_name": "Jane.Roe",
                "changed_at": AT,
            },
        )
        for part in PolicyPart
    ),
    (letters.credential_locked, {**ACCOUNT, "credential": API, "locked_until": AT}),
    (
        letters.credential_locked,
        {**ACCOUNT, "credential": PORTAL, "tenant": None, "locked_until": AT, "not_me_link": "s"},
    ),
    (letters.password_set, {**ACCOUNT, "credential": API, "set_at": AT, "not_me_link": "s"}),
    (
        letters.credential_locked,
        {**ACCOUNT, "credential": PORTAL, "tenant": None, "locked_until": AT},
    ),
    (letters.failed_login_reset, {**ACCOUNT, "reset_by": "John.Doe", "reset_by_person_id": PERSON}),
    (letters.portal_login_unlocked, {**ACCOUNT, "was_locked": True}),
    (letters.portal_login_unlocked, {**ACCOUNT, "was_locked": False}),
    (letters.failed_login_reset, {**ACCOUNT, "reset_by": "Jane.Roe", "reset_by_person_id": OTHER}),
    (organisation_letters.online_opening_activated, {**COMPANY, "daily_limit": 5}),
    (organisation_letters.online_opening_withdrawn, COMPANY),
    (organisation_letters.multi_tenant_ended, {**COMPANY, "deactivated_at": AT}),
    (
        organisation_letters.online_contract_opened,
        {**COMPANY, "tenant": TenantCode("OCB0000002"), "name": "Recette"},
    ),
    *(
        (
            organisation_letters.second_login,
            {**COMPANY, "login": "John.Doe2", "sealed_link": link, "expires_at": link and AT},
        )
        for link in ("sealed", None)
    ),
    (organisation_letters.order_form_sent, ORDER_FORM),
    (organisation_letters.order_form_returned, ORDER_FORM),
    (organisation_letters.ordered_tenant_due, ORDER_FORM),
    (organisation_letters.ordered_tenant_opened, ORDER_FORM),
    (people_letters.staff_roles_changed, {"person_id": PERSON, "roles": list(StaffRole)}),
    (people_letters.staff_roles_changed, {"person_id": PERSON, "roles": []}),
    (
        people_letters.staff_announced,
        {
            "person_id": PERSON,
            "login": "Eve.Moon",
            "roles": list(StaffRole),
            "appointed_by_name": "Jane.Roe",
            "appointed_at": AT,
        },
    ),
    (people_letters.person_disabled, {"person_id": PERSON, "disabled_at": AT}),
    (people_letters.person_enabled, {"person_id": PERSON, "enabled_at": AT}),
    *(
        (people_letters.recovery_proposed, {"person_id": PERSON, "kind": kind, "expires_at": AT})
        for kind in RecoveryKind
    ),
    (
        people_letters.recovery_decided,
        {"person_id": PERSON, "kind": RecoveryKind.CHANGE_EMAIL, "takes_effect_at": AT},
    ),
    (
        people_letters.recovery_decided,
        {"person_id": PERSON, "kind": RecoveryKind.ENABLE_PERSON, "executed_at": AT},
    ),
    (people_letters.impersonation_granted, {**LOOKED_AT, "is_seen": True, "by_staff": True}),
    (people_letters.impersonation_granted, {**LOOKED_AT, "is_seen": False, "by_staff": False}),
    (request_letters.request_sent, REQUEST),
    (request_letters.request_answered, REQUEST),
    (request_letters.request_commented, REQUEST),
    (request_letters.request_commented, {**REQUEST, "act": RequestAct.REOPEN}),
    (deadline_approached, REQUEST),
    (deadline_approached, {**REQUEST, "assigned_to": None}),
    (request_letters.request_closed, {**REQUEST, "outcome": RequestOutcome.REFUSED}),
    (
        request_letters.request_closed,
        {**REQUEST, "outcome": RequestOutcome.FULFILLED, "reopenable_until": AT},
    ),
    (people_letters.impersonation_started, {**LOOKED_AT, "is_seen": False, "by_staff": False}),
    (people_letters.erasure_requested, {"person_id": PERSON, "due_at": AT, "by_staff": True}),
    (people_letters.erasure_requested, {"person_id": PERSON, "due_at": AT, "by_staff": False}),
    (people_letters.erasure_cancelled, {"person_id": PERSON, "cancelled_at": AT}),
    (people_letters.erasure_refused, {"person_id": PERSON}),
    (
        letters.order_placed,
        {
            "order_id": PERSON,
            "subscription_id": PERSON,
            "tenant": TenantCode("OCB0000001"),
            "offer": OFFER,
            "quantity": 3,
            "placed_by": str(PERSON),
            "placed_at": AT,
        },
    ),
    (contract_letters.support_level_asked, OF_CONTRACT),
    (
        contract_letters.support_level_asked,
        {**OF_CONTRACT, "replaced": SupportLevel.BUSINESS},
    ),
    (contract_letters.support_level_withdrawn, OF_CONTRACT),
    (ending_letters.draining_reported, DRAINING),
    (ending_letters.draining_reported, {**DRAINING, "known": False, "parts": []}),
    (ending_letters.forced_closing_proposed, {**FORCED, "expires_at": AT}),
    (ending_letters.contract_closed, CLOSED),
    (contract_letters.support_level_changed, OF_CONTRACT),
    (
        contract_letters.support_commitment_ends,
        {**OF_CONTRACT, "lower_from_on": date(2027, 6, 1)},
    ),
    *(
        (contract_letters.references_changed, {**OF_CONTRACT, **REFERENCES, "by": by})
        for by in ReferencesBy
    ),
    (
        contract_letters.billing_details_changed,
        {**OF_CONTRACT, "changed": ["company_name", "address", "recipient"]},
    ),
    (life_letters.state_changed, {**STATE, "act": ContractAct.SUSPEND, "reason": "<Unpaid>"}),
    (life_letters.state_changed, {**STATE, "act": ContractAct.EXPIRE}),
    (
        life_letters.state_changed,
        {**STATE, "act": ContractAct.EXPIRE, "state": ContractStatus.DRAINING},
    ),
    *(
        (
            life_letters.state_changed,
            {**STATE, "act": act, "state": ContractStatus.ACTIVE},
        )
        for act in (
            ContractAct.RESUME,
            ContractAct.KEEP,
            ContractAct.CONVERT,
            ContractAct.TERMINATE,
        )
    ),
    (life_letters.state_changed, {**STATE, "act": ContractAct.KEEP}),
    (life_letters.trial_ends_soon, {**STATE, **TRIAL}),
    (
        life_letters.trial_requested,
        {
            "request_id": PERSON,
            "email": "ada@acme.example",
            "language": Language.FRENCH,
            "sealed_link": "sealed",
            "expires_at": AT,
        },
    ),
    (letters.termination_scheduled, TERMINATION),
    (letters.termination_effective, TERMINATION),
    (
        letters.factors_changed,
        {**FACTORS, "change": FactorChange.PASSKEY_ENROLLED, "name": "Phone"},
    ),
    *(
        (letters.factors_changed, {**FACTORS, "change": change, "name": None, "not_me_link": None})
        for change in FactorChange
    ),
    *((letters.recovery_code_used, {**FACTORS, "left": left, "used_at": AT}) for left in (0, 1, 9)),
    (letters.recovery_code_used, {**FACTORS, "left": 9, "used_at": AT, "not_me_link": None}),
    (letters.second_factor_locked, {**FACTORS, "locked_until": AT}),
    (letters.second_factor_locked, {**FACTORS, "locked_until": AT, "not_me_link": None}),
    (letters.invitation, {**INVITED, "invited_by_name": "Jane Roe"}),
    (letters.invitation, {**INVITED, "invited_by_name": None}),
    (letters.invitation_answered, {**ACCOUNT, "name": "Eve Moon", "accepted": True, **INVITER}),
    (letters.invitation_answered, {**ACCOUNT, "name": "Eve Moon", "accepted": False, **INVITER}),
    (letters.access_ended, {**ACCOUNT, "how": Leaving.REMOVED}),
    (letters.access_ended, {**ACCOUNT, "how": Leaving.LEFT}),
    (letters.access_disabled, ACCOUNT),
    (letters.access_disabled, {**ACCOUNT, "user_name": None}),
    (letters.roles_changed, INVITED),
    (letters.roles_changed, {**ACCOUNT, "roles": {}}),
    (letters.user_changed, {**ACCOUNT, "names": True, "mobile": False}),
    (letters.user_changed, {**ACCOUNT, "names": True, "mobile": True}),
    (letters.access_enabled, ACCOUNT),
    (letters.access_enabled, {**ACCOUNT, "user_name": None}),
    *(
        (client_letters.client_announced, {**CLIENT, **owner, "change": change, **by})
        for change in ClientChange
        for owner in ({}, {"tenant": None})
        for by in ({"changed_by_name": "Jane Roe"}, {"changed_by_name": None})
    ),
    (
        client_letters.client_announced,
        {
            **CLIENT,
            "change": ClientChange.MAKER_LOST_RIGHT,
            "changed_by_name": None,
            "secret_ends_at": AT,
        },
    ),
    (
        client_letters.client_announced,
        {
            **CLIENT,
            "change": ClientChange.KEYS_SETTER_LOST_RIGHT,
            "changed_by_name": None,
            "keys_end_at": AT,
        },
    ),
    *(
        (client_letters.client_keys_expire_soon, {**CLIENT, **owner, "days": days})
        for days in (1, 30)
        for owner in ({}, {"tenant": None})
    ),
    (client_letters.client_keys_expired, CLIENT),
    (client_letters.client_keys_expired, {**CLIENT, "tenant": None}),
    *(
        (client_letters.client_news_gathered, {**GATHERED, **owner, "counted": counted})
        for counted in (len(ClientChange), 57)
        for owner in ({}, {"tenant": None})
    ),
    *(
        (client_letters.client_secret_expires_soon, {**CLIENT, **owner, "days": days})
        for days in (1, 30)
        for owner in ({}, {"tenant": None})
    ),
    (client_letters.client_secret_expired, CLIENT),
    (client_letters.client_secret_expired, {**CLIENT, "tenant": None}),
    (client_letters.sessions_ended, {"person_id": PERSON, "ended_at": AT}),
    (letters.mail_change, {**ACCOUNT, "login": "John.Doe", "tenant": None, **ELSEWHERE}),
    (letters.mail_change_requested, {**ACCOUNT, "login": "John.Doe", "tenant": None, **ASKED}),
    (
        letters.mail_change_requested,
        {**ACCOUNT, "login": "John.Doe", "tenant": None, **ASKED, "not_me_link": "s"},
    ),
]
