"""What stands for people in a trail: erasing somebody must leave its chain as it was."""

from __future__ import annotations

from uuid import UUID


def person_target(person_id: UUID | str) -> str:
    return f"person:{person_id}"


def iam_user_target(iam_user_id: UUID | str) -> str:
    return f"iam-user:{iam_user_id}"


def organisation_target(organisation_id: UUID | str) -> str:
    """A company, in the installation's own trail: no person, and not to be named beside."""
    return f"organisation:{organisation_id}"


def is_pseudonym(target: str) -> bool:
    return target.startswith(("person:", "iam-user:"))


def credential_target(*, person_id: UUID, iam_user_id: UUID | None) -> str:
    """Whose credential it is: the IAM user's of an API password, else the person's."""
    return person_target(person_id) if iam_user_id is None else iam_user_target(iam_user_id)
