"""Sign-ins whose password was right and that still need something."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.codes import TenantCode
from servicekit.db import Tx


@dataclass(frozen=True, slots=True)
class PendingRow:
    person_id: UUID
    method: str
    signed_in: dict[str, Any]
    next_path: str | None
    needs: tuple[str, ...]
    amr: tuple[str, ...]
    proved_at: datetime
    expires_at: datetime


def add_pending_sign_in(tx: Tx, *, pending: PendingRow, digest: bytes) -> None:
    tx.run(
        """
        INSERT INTO pending_sign_ins (digest, person_id, method, signed_in, next_path, needs, amr,
                                      proved_at, expires_at)
        VALUES (%(digest)s, %(person_id)s, %(method)s, %(signed_in)s, %(next_path)s, %(needs)s,
                %(amr)s, %(proved_at)s, %(expires_at)s)
        """,
        {
            "digest": digest,
            "person_id": pending.person_id,
            "method": pending.method,
            "signed_in": json.dumps(pending.signed_in),
            "next_path": pending.next_path,
            "needs": list(pending.needs),
            "amr": list(pending.amr),
            "proved_at": pending.proved_at,
            "expires_at": pending.expires_at,
        },
    )


def find_pending_sign_in(tx: Tx, *, digest: bytes, now: datetime) -> PendingRow | None:
    return tx.row(
        """
        SELECT person_id, method, signed_in, next_path, needs, amr, proved_at, expires_at
          FROM pending_sign_ins
         WHERE digest = %(digest)s AND expires_at > %(now)s
        """,
        {"digest": digest, "now": now},
        PendingRow,
    )


def lock_pending_sign_in(tx: Tx, *, digest: bytes, now: datetime) -> PendingRow | None:
    """Held until the transaction ends: of two tabs at the same step one goes on."""
    return tx.row(
        """
        SELECT person_id, method, signed_in, next_path, needs, amr, proved_at, expires_at
          FROM pending_sign_ins
         WHERE digest = %(digest)s AND expires_at > %(now)s
           FOR UPDATE
        """,
        {"digest": digest, "now": now},
        PendingRow,
    )


def change_pending_needs(
    tx: Tx, *, digest: bytes, needs: tuple[str, ...], amr: tuple[str, ...]
) -> None:
    tx.run(
        "UPDATE pending_sign_ins SET needs = %(needs)s, amr = %(amr)s WHERE digest = %(digest)s",
        {"digest": digest, "needs": list(needs), "amr": list(amr)},
    )


def change_pending_spared_call(tx: Tx, *, digest: bytes, call_id: str) -> None:
    tx.run(
        "UPDATE pending_sign_ins SET spared_call = %(call_id)s WHERE digest = %(digest)s",
        {"digest": digest, "call_id": call_id},
    )


def remove_pending_sign_in(tx: Tx, *, digest: bytes) -> bool:
    return bool(tx.run("DELETE FROM pending_sign_ins WHERE digest = %(d)s", {"d": digest}))


def remove_pending_sign_ins_of(
    tx: Tx,
    *,
    person_id: UUID,
    methods: tuple[str, ...],
    domain: TenantCode | None,
    except_call: str | None,
    proved_before: datetime | None,
    except_amr: str | None = None,
) -> int:
    return tx.run(
        """
        DELETE FROM pending_sign_ins
         WHERE person_id = %(person_id)s AND method = ANY (%(methods)s)
           AND (%(domain)s::text IS NULL OR signed_in ->> 'tenant' = %(domain)s)
           AND (%(except_call)s::text IS NULL OR spared_call IS DISTINCT FROM %(except_call)s)
           AND (%(proved_before)s::timestamptz IS NULL OR proved_at < %(proved_before)s)
           AND (%(except_amr)s::text IS NULL OR NOT %(except_amr)s = ANY (amr))
        """,
        {
            "person_id": person_id,
            "methods": list(methods),
            "domain": domain,
            "except_call": except_call,
            "proved_before": proved_before,
            "except_amr": except_amr,
        },
    )


def remove_stale_pending_sign_ins(tx: Tx, *, now: datetime) -> int:
    return tx.run("DELETE FROM pending_sign_ins WHERE expires_at <= %(now)s", {"now": now})
