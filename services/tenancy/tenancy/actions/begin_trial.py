"""Who reads the mailbox opens the trial: a company, its tenant and contract, without bank details.

Until then nobody's address was proved, so nothing was opened.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from contracts.codes import Language, TenantCode
from contracts.tenancy import ContractAct
from servicekit.calendar import day_of
from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Tx
from servicekit.ids import new_id
from tenancy.actions.open_tenant import begin_contract, tell_opened
from tenancy.actions.run_trial import plan_trial
from tenancy.domain.contracts import Contract
from tenancy.domain.organisations import Organisation
from tenancy.domain.trial_requests import (
    TrialRequest,
    email_hash,
    last_free_day,
    token_hash,
)
from tenancy.domain.trials import started
from tenancy.store import codes, contracts, organisations, trial_requests


@dataclass(frozen=True, slots=True)
class RequestedTrial:
    organisation_name: str
    email: str
    given_name: str
    family_name: str
    language: Language
    expires_at: datetime
    would_end_on: date


@dataclass(frozen=True, slots=True)
class BegunTrial:
    tenant: TenantCode
    ends_on: date


def read_trial_link(*, db: Database, context: Context, now: datetime, token: str) -> RequestedTrial:
    with db.read(tenant=EVERYONE, context=context) as tx:
        request = trial_requests.get_trial_request(tx, token_hash=token_hash(token))
    request.check_usable(now)
    contact = request.contact
    return RequestedTrial(
        organisation_name=request.organisation_name,
        email=contact.email,
        given_name=contact.given_name,
        family_name=contact.family_name,
        language=contact.language,
        expires_at=request.expires_at,
        would_end_on=started(day_of(now)).ends_on,
    )


def confirm_trial(
    *, db: Database, context: Context, now: datetime, region: str, token: str
) -> BegunTrial:
    """Once: the same link again gives the same tenant. Raises Conflict ``trial-already`` where the
    mailbox has had a trial within the year."""
    with db.write(context, tenant=EVERYONE) as tx:
        request = trial_requests.get_trial_request(tx, token_hash=token_hash(token), lock=True)
        request.check_usable(now)
        if request.opened_tenant is not None:
            return _begun(contracts.get_contract(tx, tenant=request.opened_tenant))
        today = day_of(now)
        trial_requests.add_mailbox(
            tx,
            email_hash=email_hash(request.contact.email),
            started_on=today,
            last_free_day=last_free_day(today),
        )
        contract = _open(tx, request=request, region=region, now=now)
        trial_requests.change_to_confirmed(
            tx, request_id=request.request_id, tenant=contract.tenant
        )
        return _begun(contract)


def _open(tx: Tx, *, request: TrialRequest, region: str, now: datetime) -> Contract:
    founded = Organisation(new_id(), request.organisation_name)
    organisations.add_organisation(tx, organisation=founded, at=now)
    opening = request.opening()
    contract = opening.contract(
        tenant=codes.add_code(tx),
        organisation=founded,
        region=region,
        opened_at=now,
        act=ContractAct.START_TRIAL,
    )
    begin_contract(tx, contract=contract, act=ContractAct.START_TRIAL)
    tell_opened(tx, contract=contract, opening=opening)
    plan_trial(tx, contract=contract)
    return contract


def _begun(contract: Contract) -> BegunTrial:
    assert contract.trial is not None, "what a trial's link has opened is a trial"
    return BegunTrial(contract.tenant, contract.trial.ends_on)
