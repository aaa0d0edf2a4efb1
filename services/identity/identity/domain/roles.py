"""Roles by section: what may be given, by whom, and what must never be left without anybody."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from contracts.codes import ROLES_OF_SECTION, Office, Role, Section
from servicekit.errors import Conflict, Forbidden, Invalid

Roles = Mapping[Section, Role]

# The referent and the domain owner of a new tenant hold the strongest role of every section.
ALL_ROLES: Roles = {section: roles[-1] for section, roles in ROLES_OF_SECTION.items()}
# What an office cannot be exercised without; its holder is given it with the office.
ROLES_OF_OFFICE: Mapping[Office, Roles] = {
    Office.REFERENT: {Section.CONTRACT: Role.MANAGER, Section.USERS: Role.MANAGER},
    Office.DOMAIN_OWNER: {Section.TECHNICAL_CONSOLE: Role.MANAGER, Section.USERS: Role.VISITOR},
}
CONSOLE_SECTIONS = frozenset({Section.TECHNICAL_CONSOLE, Section.DASHBOARD})


def opens_console(roles: Roles) -> bool:
    """Whether somebody with these roles has an IAM user in the domain."""
    return not CONSOLE_SECTIONS.isdisjoint(roles)


def roles_of_holder(*, office: Office, held: Roles, taken_over: Roles) -> dict[Section, Role]:
    """Of a new holder: his own, those of the office, and those that he takes over from a holder
    who loses his; of each section the strongest."""
    strongest = dict(held)
    for roles in (ROLES_OF_OFFICE[office], taken_over):
        for section, role in roles.items():
            if not _covers(section, strongest.get(section), role):
                strongest[section] = role
    return strongest


def manages_users(roles: Roles) -> bool:
    return roles.get(Section.USERS) is Role.MANAGER


def check_roles_exist(roles: Roles) -> None:
    strange = {
        f"roles.{section}": [f"role-not-in-section:{role}"]
        for section, role in roles.items()
        if role not in ROLES_OF_SECTION[section]
    }
    if strange:
        raise Invalid("role-not-in-section", {"fields": strange})


def check_grant(*, giver: Roles, before: Roles, after: Roles) -> None:
    """Nobody grants what he does not hold. Taking away, or leaving as it is, is not granting."""
    missing = sorted(
        section
        for section, role in after.items()
        if not _covers(section, before.get(section), role)
        and not _covers(section, giver.get(section), role)
    )
    if missing:
        raise Forbidden("role-not-held", {"sections": [str(section) for section in missing]})


def _covers(section: Section, held: Role | None, asked: Role) -> bool:
    """Roles of a section are listed from the weakest to the strongest."""
    ranks = ROLES_OF_SECTION[section]
    return held is not None and ranks.index(held) >= ranks.index(asked)


def check_manager_remains(
    *, managers: Collection[UUID], person_id: UUID, after: Roles | None
) -> None:
    """The last of the ``managers`` of Users who can act stays one; who cannot act is none of them,
    and may go. ``after`` None: leaves."""
    stays = after is not None and manages_users(after)
    if person_id in managers and not stays and set(managers) == {person_id}:
        raise Conflict("last-user-manager")


def check_office_keeps(*, offices: Collection[Office], before: Roles, after: Roles) -> None:
    """An office stands on the roles its holder was given: nobody takes one from him, nor he
    himself, before he has handed the office over. Giving him more is free."""
    if any(not _covers(section, after.get(section), role) for section, role in before.items()):
        check_no_office(offices)


def check_not_managing(manages_organisation: bool) -> None:
    """A second login is a user by multi-tenant management, which sales give and end."""
    if manages_organisation:
        raise Conflict("user-manages-organisation")


def check_not_oneself(*, caller: UUID | None, person_id: UUID) -> None:
    """To leave is another act: disabled, one could not take it back."""
    if caller == person_id:
        raise Conflict("not-oneself")


def check_no_office(offices: Collection[Office]) -> None:
    """Who holds an office hands it over before he leaves, or is disabled."""
    if offices:
        raise Conflict("office-held", {"offices": sorted(str(office) for office in offices)})
