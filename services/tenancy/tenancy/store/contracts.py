from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from contracts.codes import SupportLevel, TenantCode
from contracts.tenancy import ContractStatus, ContractType
from servicekit.db import Tx
from servicekit.errors import Conflict, NotFound
from tenancy.domain.contracts import Contract
from tenancy.domain.organisations import Organisation
from tenancy.domain.people import Holder
from tenancy.domain.trials import Trial

_SHEETS = """
    SELECT tenant, name, contract_type, organisation_id, organisation_name, status, support_level,
           region, referent_id, referent_login, referent_email, referent_given_name,
           referent_family_name, owner_id, owner_login, owner_email, owner_given_name,
           owner_family_name, opened_at, status_since, trial_ends_on, trial_closes_on,
           trial_converted_at, drained_from, held
      FROM contract_sheets
"""
_GET = _SHEETS + "WHERE tenant = %(tenant)s"
_LIST = _SHEETS + "WHERE tenant = ANY(%(tenants)s) ORDER BY tenant"
# A page of codes is found before anything is joined to it: row security lets the planner expect
# next to no rows of each table, and a join of several of them before its limit goes through all.
_LIST_ALL_CODES = """
    SELECT tenant FROM contracts WHERE tenant > %(after)s ORDER BY tenant LIMIT %(limit)s
"""
_LIST_SOME_CODES = """
    SELECT tenant
      FROM contracts
     WHERE tenant = ANY(%(tenants)s) AND tenant > %(after)s
     ORDER BY tenant
     LIMIT %(limit)s
"""
_ADD = """
    INSERT INTO contracts (tenant, organisation_id, name, contract_type, status, support_level,
                           region, opened_at, opened_by, status_since, trial_ends_on,
                           trial_closes_on)
    VALUES (%(tenant)s, %(organisation_id)s, %(name)s, %(contract_type)s, %(status)s,
            %(support_level)s, %(region)s, %(opened_at)s, %(opened_by)s, %(status_since)s,
            %(trial_ends_on)s, %(trial_closes_on)s)
"""
_LIST_OF_ORGANISATION = """
    SELECT tenant
      FROM contracts
     WHERE organisation_id = %(organisation_id)s AND tenant > %(after)s
     ORDER BY tenant
     LIMIT %(limit)s
"""
_COUNT_SINGLES = """
    SELECT count(*)
      FROM contracts
     WHERE organisation_id = %(organisation_id)s AND contract_type = 'single'
       AND status NOT IN ('requested', 'terminated')
"""
_LOCK = "SELECT tenant FROM contracts WHERE tenant = %(tenant)s FOR UPDATE"
_CHANGE_NAME = "UPDATE contracts SET name = %(name)s WHERE tenant = %(tenant)s"
_CHANGE_OPENED_AT = "UPDATE contracts SET opened_at = %(at)s WHERE tenant = %(tenant)s"
_CHANGE_STATE = """
    UPDATE contracts
       SET status = %(status)s, status_since = %(status_since)s,
           trial_closes_on = %(trial_closes_on)s, trial_converted_at = %(trial_converted_at)s,
           drained_from = %(drained_from)s, held = %(held)s
     WHERE tenant = %(tenant)s
"""


@dataclass(frozen=True, slots=True)
class _Code:
    tenant: TenantCode


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One row of ``contract_sheets``."""

    tenant: TenantCode
    name: str
    contract_type: ContractType
    organisation_id: UUID
    organisation_name: str
    status: ContractStatus
    support_level: SupportLevel
    region: str
    referent_id: UUID | None
    referent_login: str | None
    referent_email: str
    referent_given_name: str
    referent_family_name: str
    owner_id: UUID | None
    owner_login: str | None
    owner_email: str
    owner_given_name: str
    owner_family_name: str
    opened_at: datetime
    status_since: datetime
    trial_ends_on: date | None
    trial_closes_on: date | None
    trial_converted_at: datetime | None
    drained_from: ContractStatus | None
    held: bool

    def contract(self) -> Contract:
        return Contract(
            tenant=self.tenant,
            name=self.name,
            contract_type=self.contract_type,
            organisation=Organisation(self.organisation_id, self.organisation_name),
            status=self.status,
            support_level=self.support_level,
            region=self.region,
            referent=Holder(
                self.referent_id,
                self.referent_login,
                self.referent_email,
                self.referent_given_name,
                self.referent_family_name,
            ),
            domain_owner=Holder(
                self.owner_id,
                self.owner_login,
                self.owner_email,
                self.owner_given_name,
                self.owner_family_name,
            ),
            opened_at=self.opened_at,
            status_since=self.status_since,
            trial=self._trial(),
            drained_from=self.drained_from,
            held=self.held,
        )

    def _trial(self) -> Trial | None:
        if self.trial_ends_on is None or self.trial_closes_on is None:
            return None
        return Trial(self.trial_ends_on, self.trial_closes_on, self.trial_converted_at)


def get_contract(tx: Tx, *, tenant: TenantCode) -> Contract:
    sheet = tx.row(_GET, {"tenant": tenant}, _Sheet)
    if sheet is None:
        raise NotFound("contract-unknown")
    return sheet.contract()


def get_contract_to_change(tx: Tx, *, tenant: TenantCode) -> Contract:
    """The same, and nobody else changes it until the transaction ends."""
    tx.run(_LOCK, {"tenant": tenant})
    return get_contract(tx, tenant=tenant)


def list_contracts(tx: Tx, *, tenants: Sequence[TenantCode]) -> list[Contract]:
    """Of these tenants, in the order of codes."""
    sheets = tx.rows(_LIST, {"tenants": list(tenants)}, _Sheet)
    return [sheet.contract() for sheet in sheets]


def list_tenants(
    tx: Tx, *, tenants: Sequence[TenantCode] | None, after: str, limit: int
) -> list[TenantCode]:
    """Codes in order, after ``after`` (``""`` at first). ``tenants`` None: among everybody's."""
    params = {"tenants": None if tenants is None else list(tenants), "after": after, "limit": limit}
    sql = _LIST_ALL_CODES if tenants is None else _LIST_SOME_CODES
    return [row.tenant for row in tx.rows(sql, params, _Code)]


def list_tenants_of_organisation(
    tx: Tx, *, organisation_id: UUID, after: str, limit: int
) -> list[TenantCode]:
    """Codes in order, after ``after``. Asked with the scope EVERYONE."""
    params = {"organisation_id": organisation_id, "after": after, "limit": limit}
    return [row.tenant for row in tx.rows(_LIST_OF_ORGANISATION, params, _Code)]


def count_singles(tx: Tx, *, organisation_id: UUID) -> int:
    """Contracts that run, each with invoices of its own. Asked with the scope EVERYONE."""
    counted: int = tx.value(_COUNT_SINGLES, {"organisation_id": organisation_id})
    return counted


def add_contract(tx: Tx, *, contract: Contract, opened_by: str) -> None:
    """The contract alone: its offices and what it is found by are added apart.

    Conflict("multi-services-exists") where the organisation has one that groups already.
    """
    one = Conflict("multi-services-exists")
    with tx.unless(constraint="contracts_multi_services_key", error=one):
        tx.run(_ADD, _as_row(contract, opened_by=opened_by))


def _as_row(contract: Contract, *, opened_by: str) -> dict[str, Any]:
    return {
        "tenant": contract.tenant,
        "organisation_id": contract.organisation.organisation_id,
        "name": contract.name,
        "contract_type": contract.contract_type,
        "status": contract.status,
        "support_level": contract.support_level,
        "region": contract.region,
        "opened_at": contract.opened_at,
        "opened_by": opened_by,
        "status_since": contract.status_since,
        "trial_ends_on": contract.trial and contract.trial.ends_on,
        "trial_closes_on": contract.trial and contract.trial.closes_on,
    }


def change_name(tx: Tx, *, tenant: TenantCode, name: str) -> None:
    tx.run(_CHANGE_NAME, {"tenant": tenant, "name": name})


def change_opened_at(tx: Tx, *, tenant: TenantCode, at: datetime) -> None:
    """Of one whose code was given before it runs."""
    tx.run(_CHANGE_OPENED_AT, {"tenant": tenant, "at": at})


def change_state(tx: Tx, *, contract: Contract) -> None:
    """Its state as it is now, with what goes with it. The row is locked since it was read."""
    tx.run(
        _CHANGE_STATE,
        {
            "tenant": contract.tenant,
            "status": contract.status,
            "status_since": contract.status_since,
            "trial_closes_on": contract.trial and contract.trial.closes_on,
            "trial_converted_at": contract.trial and contract.trial.converted_at,
            "drained_from": contract.drained_from,
            "held": contract.held,
        },
    )
