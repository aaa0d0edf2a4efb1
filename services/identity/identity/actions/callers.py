"""Who acts, as a person."""

from __future__ import annotations

from uuid import UUID

from contracts.codes import TenantCode
from contracts.rights import CallerKind
from identity.domain.roles import Roles
from identity.store import persons, users
from servicekit.context import Context
from servicekit.db import Tx
from servicekit.errors import Forbidden


def person_of(context: Context) -> UUID:
    """The person behind the call; clients and services are nobody's account."""
    caller = context.caller
    if caller.kind is not CallerKind.PERSON:
        raise Forbidden("person-only")
    return UUID(caller.subject)


def person_id_of_caller(context: Context) -> UUID | None:
    """None for clients and services."""
    return person_of(context) if context.caller.kind is CallerKind.PERSON else None


def roles_of_caller(tx: Tx, *, context: Context, tenant: TenantCode) -> Roles:
    """What the caller holds in the tenant now, whatever the gateway still remembers."""
    user = users.find_user(tx, tenant=tenant, person_id=person_of(context))
    return {} if user is None else user.held


def name_of_caller(tx: Tx, *, context: Context) -> str:
    """For people to read: a login, else the subject."""
    if context.caller.kind is CallerKind.PERSON:
        person = persons.find_person(tx, person_id=person_of(context))
        if person is not None:
            return person.login
    return context.caller.subject
