"""The support level of a contract, and what asking for another would do."""

from __future__ import annotations

from datetime import datetime

from contracts.codes import SupportLevel, TenantCode
from servicekit.calendar import day_of
from servicekit.context import Context
from servicekit.db import Database, Tx
from tenancy.domain.contracts import Contract
from tenancy.domain.outlook import Outlook
from tenancy.domain.support import SupportTerms, foresee_support_level, terms_of
from tenancy.store import contracts, support

SHOWN = 50


def read_support_level(
    *, db: Database, context: Context, now: datetime, tenant: TenantCode
) -> SupportTerms:
    """A change whose day has come is shown as applied, whether or not its turn has come to run."""
    with db.read(tenant=tenant, context=context) as tx:
        contract = contracts.get_contract(tx, tenant=tenant)
        terms = support_terms(tx, contract=contract, now=now)
    return terms.applied() if terms.is_due else terms


def read_support_outlook(
    *,
    db: Database,
    context: Context,
    now: datetime,
    tenant: TenantCode,
    support_level: SupportLevel,
) -> Outlook:
    terms = read_support_level(db=db, context=context, now=now, tenant=tenant)
    return foresee_support_level(terms, support_level)


def support_terms(tx: Tx, *, contract: Contract, now: datetime) -> SupportTerms:
    """As its rows tell it."""
    tenant = contract.tenant
    return terms_of(
        contract,
        last_applied=support.find_last_applied(tx, tenant=tenant),
        changes=support.list_changes(tx, tenant=tenant, limit=SHOWN),
        today=day_of(now),
    )
