"""News of clients, by whose they are (a tenant's code; ``-``: the provider's): how many were told
of late, each in a mail of its own, and which wait to be told together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from servicekit.db import Tx


@dataclass(frozen=True, slots=True)
class ClientNewsRow:
    """``told_at``: None while it waits."""

    news_id: UUID
    client_id: str
    client_name: str
    change: str
    happened_at: datetime
    told_at: datetime | None


def lock_news(tx: Tx, *, owner: str) -> None:
    """Whoever tells news of the same owner waits from here on."""
    tx.run(
        "SELECT pg_advisory_xact_lock(hashtextextended('client news of ' || %(owner)s, 0))",
        {"owner": owner},
    )


def remove_told(tx: Tx, *, owner: str, before: datetime) -> None:
    tx.run(
        "DELETE FROM client_news WHERE owner = %(owner)s AND told_at <= %(before)s",
        {"owner": owner, "before": before},
    )


def count_told(tx: Tx, *, owner: str) -> int:
    counted: int = tx.value(
        "SELECT count(*) FROM client_news WHERE owner = %(owner)s AND told_at IS NOT NULL",
        {"owner": owner},
    )
    return counted


def add_news(tx: Tx, *, owner: str, news: ClientNewsRow) -> None:
    tx.run(
        """
        INSERT INTO client_news (news_id, owner, client_id, client_name, change, happened_at,
                                 told_at)
        VALUES (%(news_id)s, %(owner)s, %(client_id)s, %(client_name)s, %(change)s,
                %(happened_at)s, %(told_at)s)
        """,
        {
            "news_id": news.news_id,
            "owner": owner,
            "client_id": news.client_id,
            "client_name": news.client_name,
            "change": news.change,
            "happened_at": news.happened_at,
            "told_at": news.told_at,
        },
    )


def find_first_waiting(tx: Tx, *, owner: str) -> datetime | None:
    found: datetime | None = tx.value(
        "SELECT min(happened_at) FROM client_news WHERE owner = %(owner)s AND told_at IS NULL",
        {"owner": owner},
    )
    return found


def remove_waiting(tx: Tx, *, owner: str) -> list[ClientNewsRow]:
    """As they happened. As many as there are: of one owner, in an hour."""
    found = tx.rows(
        """
        DELETE FROM client_news WHERE owner = %(owner)s AND told_at IS NULL
        RETURNING news_id, client_id, client_name, change, happened_at, told_at
        """,
        {"owner": owner},
        ClientNewsRow,
    )
    return sorted(found, key=lambda one: (one.happened_at, one.news_id))
