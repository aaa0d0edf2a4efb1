"""The provider's people look organisations up."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from servicekit.context import Context
from servicekit.db import EVERYONE, Database
from servicekit.paging import decode_cursor, page
from tenancy.actions.list_contracts import ContractsPage
from tenancy.domain.organisations import Nameable, OrganisationSheet, OrganisationSummary
from tenancy.domain.search import looked_for
from tenancy.store import contracts, managements, online_openings, organisations

_MOST_NAMEABLE = 100


@dataclass(frozen=True, slots=True)
class OrganisationsPage:
    items: list[OrganisationSummary]
    next_cursor: str | None


def list_organisations(
    *, db: Database, context: Context, search: str | None, limit: int, cursor: str | None
) -> OrganisationsPage:
    wanted = looked_for(search) if search else ()
    if search and not wanted:
        return OrganisationsPage([], None)
    after = decode_cursor(cursor, (str, UUID))
    with db.read(tenant=EVERYONE, context=context) as tx:
        found = organisations.list_organisations(
            tx,
            looked_for=wanted,
            after=None if after is None else (after[0], after[1]),
            limit=limit + 1,
        )
    return OrganisationsPage(*page(found, limit, lambda one: (one.name_key, one.organisation_id)))


def read_organisation(
    *, db: Database, context: Context, organisation_id: UUID
) -> OrganisationSheet:
    with db.read(tenant=EVERYONE, context=context) as tx:
        organisation = organisations.get_organisation(tx, organisation_id=organisation_id)
        return OrganisationSheet(
            organisation_id=organisation_id,
            name=organisation.name,
            known_since=organisations.get_known_since(tx, organisation_id=organisation_id),
            online_opening=online_openings.find_online_opening(tx, organisation_id=organisation_id),
            multi_tenant_management=managements.find_active(tx, organisation_id=organisation_id),
        )


def list_organisation_contracts(
    *, db: Database, context: Context, organisation_id: UUID, limit: int, cursor: str | None
) -> ContractsPage:
    (after,) = decode_cursor(cursor, (str,)) or ("",)
    with db.read(tenant=EVERYONE, context=context) as tx:
        organisations.get_organisation(tx, organisation_id=organisation_id)
        codes = contracts.list_tenants_of_organisation(
            tx, organisation_id=organisation_id, after=after, limit=limit + 1
        )
        found = contracts.list_contracts(tx, tenants=codes)
    return ContractsPage(*page(found, limit, lambda contract: (contract.tenant,)))


def list_nameable_people(
    *, db: Database, context: Context, organisation_id: UUID
) -> dict[str, list[Nameable]]:
    with db.read(tenant=EVERYONE, context=context) as tx:
        organisations.get_organisation(tx, organisation_id=organisation_id)
        found = organisations.list_nameable(
            tx, organisation_id=organisation_id, limit=_MOST_NAMEABLE
        )
    return {"items": found}
