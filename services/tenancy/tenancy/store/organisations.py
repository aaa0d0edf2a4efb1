from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from contracts.tenancy import MOST_COUNTED
from servicekit.db import Tx
from servicekit.errors import NotFound
from tenancy.domain.organisations import Nameable, Organisation, OrganisationSummary
from tenancy.domain.search import beginnings_of_organisation, name_key

_GET = """
    SELECT organisation_id, name
      FROM organisations
     WHERE organisation_id = %(organisation_id)s
"""
_GET_TO_CHANGE = _GET + " FOR NO KEY UPDATE"
_GET_SINCE = """
    SELECT created_at FROM organisations WHERE organisation_id = %(organisation_id)s
"""
_ADD = """
    INSERT INTO organisations (organisation_id, name, created_at)
    VALUES (%(organisation_id)s, %(name)s, %(at)s)
"""
_ADD_BEGINNINGS = """
    INSERT INTO organisation_beginnings (beginning, name_key, organisation_id)
    SELECT beginning, %(name_key)s, %(organisation_id)s
      FROM unnest(%(beginnings)s::text[]) AS given (beginning)
"""
# The page is found in the index before anything is joined to it or counted.
_LIST = """
    SELECT o.organisation_id, o.name, o.created_at AS known_since, found.name_key,
           (SELECT count(*)
              FROM (SELECT 1
                      FROM contracts c
                     WHERE c.organisation_id = o.organisation_id
                     LIMIT %(counted)s) AS counted) AS contracts
      FROM (SELECT b.name_key, b.organisation_id
              FROM organisation_beginnings b
             WHERE b.beginning = %(first)s
               AND (b.name_key, b.organisation_id) > (%(name_key)s, %(organisation_id)s)
               AND (SELECT count(*)
                      FROM organisation_beginnings other
                     WHERE other.beginning = ANY(%(others)s::text[])
                       AND other.name_key = b.name_key
                       AND other.organisation_id = b.organisation_id)
                   = cardinality(%(others)s::text[])
             ORDER BY b.name_key, b.organisation_id
             LIMIT %(limit)s) AS found
      JOIN organisations o ON o.organisation_id = found.organisation_id
     ORDER BY found.name_key, found.organisation_id
"""
# Users of its first contracts: who is named is mostly one of them, and the answer stays short.
_LIST_NAMEABLE = """
    SELECT DISTINCT ON (p.family_name, p.given_name, p.person_id)
           p.person_id, p.login, p.given_name, p.family_name, u.tenant
      FROM (SELECT tenant
              FROM contracts
             WHERE organisation_id = %(organisation_id)s
             ORDER BY tenant
             LIMIT 20) AS c
     CROSS JOIN LATERAL (SELECT tenant, person_id
                           FROM users
                          WHERE tenant = c.tenant AND joined AND accepted
                            AND NOT (disabled AND disabled_as_of >= joined_as_of)
                          ORDER BY person_id
                          LIMIT 100) AS u
      JOIN people p ON p.person_id = u.person_id
     WHERE NOT p.closed AND NOT p.erased AND p.login IS NOT NULL
       AND p.given_name IS NOT NULL AND p.family_name IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM multi_tenant_managements m WHERE m.person_id = p.person_id)
     ORDER BY p.family_name, p.given_name, p.person_id, u.tenant
     LIMIT %(limit)s
"""
_HAS_USER = """
    SELECT EXISTS (SELECT 1
                     FROM contracts c
                     JOIN users u ON u.tenant = c.tenant
                      AND u.person_id = %(person_id)s
                      AND u.joined AND u.accepted
                      AND NOT (u.disabled AND u.disabled_as_of >= u.joined_as_of)
                    WHERE c.organisation_id = %(organisation_id)s)
       AND NOT EXISTS (SELECT 1 FROM multi_tenant_managements WHERE person_id = %(person_id)s)
"""
_NOBODY = UUID(int=0)


def get_organisation(tx: Tx, *, organisation_id: UUID) -> Organisation:
    found = tx.row(_GET, {"organisation_id": organisation_id}, Organisation)
    if found is None:
        raise NotFound("organisation-unknown")
    return found


def get_organisation_to_change(tx: Tx, *, organisation_id: UUID) -> Organisation:
    """Nobody else changes its options until the transaction ends; contracts are opened still."""
    found = tx.row(_GET_TO_CHANGE, {"organisation_id": organisation_id}, Organisation)
    if found is None:
        raise NotFound("organisation-unknown")
    return found


def get_known_since(tx: Tx, *, organisation_id: UUID) -> datetime:
    """Of one that exists."""
    since: datetime = tx.value(_GET_SINCE, {"organisation_id": organisation_id})
    return since


def list_organisations(
    tx: Tx, *, looked_for: Sequence[str], after: tuple[str, UUID] | None, limit: int
) -> list[OrganisationSummary]:
    """By name; all of them where nothing is looked for. Asked with the scope EVERYONE."""
    key, organisation_id = after or ("", _NOBODY)
    params = {
        "first": looked_for[0] if looked_for else "",
        "others": list(looked_for[1:]),
        "name_key": key,
        "organisation_id": organisation_id,
        "counted": MOST_COUNTED,
        "limit": limit,
    }
    return tx.rows(_LIST, params, OrganisationSummary)


def add_organisation(tx: Tx, *, organisation: Organisation, at: datetime) -> None:
    """With what it is found by."""
    organisation_id = organisation.organisation_id
    tx.run(_ADD, {"organisation_id": organisation_id, "name": organisation.name, "at": at})
    tx.run(
        _ADD_BEGINNINGS,
        {
            "organisation_id": organisation_id,
            "name_key": name_key(organisation.name),
            "beginnings": sorted(beginnings_of_organisation(organisation.name)),
        },
    )


def list_nameable(tx: Tx, *, organisation_id: UUID, limit: int) -> list[Nameable]:
    """Asked with the scope EVERYONE."""
    return tx.rows(_LIST_NAMEABLE, {"organisation_id": organisation_id, "limit": limit}, Nameable)


def has_user(tx: Tx, *, organisation_id: UUID, person_id: UUID) -> bool:
    """Whether he is a user of one of its contracts, by a login of his own: not by a second one.
    Asked with the scope EVERYONE."""
    found: bool = tx.value(_HAS_USER, {"organisation_id": organisation_id, "person_id": person_id})
    return found
