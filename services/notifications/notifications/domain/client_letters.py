"""Letters about clients to who answers for them, and about sessions that staff have ended.

Of a contract's application the letter belongs to the contract; of the provider's own clients to
nobody's.
"""

from __future__ import annotations

from typing import Any

from notifications.domain.letters import Fact, Letter, Template


def client_announced(fact: Fact) -> Letter:
    return _about_client(
        Template.CLIENT_ANNOUNCED,
        fact,
        change=fact["change"].value,
        changed_by_name=fact["changed_by_name"],
        changed_at=fact["changed_at"],
        secret_ends_at=fact.get("secret_ends_at"),
        keys_end_at=fact.get("keys_end_at"),
    )


def client_secret_expires_soon(fact: Fact) -> Letter:
    return _about_client(
        Template.CLIENT_SECRET_EXPIRES_SOON,
        fact,
        expires_at=fact["expires_at"],
        days=fact["days"],
    )


def client_secret_expired(fact: Fact) -> Letter:
    return _about_client(Template.CLIENT_SECRET_EXPIRED, fact, expired_at=fact["expired_at"])


def client_keys_expire_soon(fact: Fact) -> Letter:
    return _about_client(
        Template.CLIENT_KEYS_EXPIRE_SOON,
        fact,
        expires_at=fact["expires_at"],
        days=fact["days"],
    )


def client_keys_expired(fact: Fact) -> Letter:
    return _about_client(Template.CLIENT_KEYS_EXPIRED, fact, expired_at=fact["expired_at"])


def client_news_gathered(fact: Fact) -> Letter:
    """``more``: how many are not named."""
    changes = fact["changes"]
    return Letter(
        template=Template.CLIENT_NEWS_GATHERED,
        person_id=fact["person_id"],
        tenant=fact["tenant"],
        facts={
            "changes": changes,
            "counted": fact["counted"],
            "more": fact["counted"] - len(changes),
            "first_at": fact["first_at"],
            "last_at": fact["last_at"],
        },
        names_tenant=fact["tenant"] is not None,
    )


def sessions_ended(fact: Fact) -> Letter:
    return Letter(
        template=Template.SESSIONS_ENDED,
        person_id=fact["person_id"],
        tenant=None,
        facts={"ended_at": fact["ended_at"]},
    )


def _about_client(template: Template, fact: Fact, **facts: Any) -> Letter:
    return Letter(
        template=template,
        person_id=fact["person_id"],
        tenant=fact["tenant"],
        facts={
            "client_id": fact["client_id"],
            "client_name": fact["client_name"],
            **facts,
        },
        names_tenant=fact["tenant"] is not None,
    )
