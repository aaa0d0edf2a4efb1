"""What stands for people in a trail: erasing somebody must leave its chain as it was."""

from __future__ import annotations

from uuid import UUID


def person_target(person_id: UUID) -> str:
    return f"person:{person_id}"


def iam_user_target(iam_user_id: UUID) -> str:
    return f"iam-user:{iam_user_id}"
