"""The history of sign-ins, of people we know and of names nobody bears (without the name)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.codes import FactorKind, TenantCode
from identity.domain.attempts import Method, Outcome, PasswordAct, PastSignIn, Visit
from identity.domain.factors import ProofOutcome
from identity.domain.throttle import source_of
from identity.store.credentials import CredentialState
from servicekit.db import Tx
from servicekit.ids import new_id


def add_sign_in(
    tx: Tx,
    *,
    at: datetime,
    method: Method,
    outcome: Outcome | PasswordAct | ProofOutcome,
    person_id: UUID | None,
    iam_user_id: UUID | None,
    visit: Visit,
    domain: TenantCode | None = None,
) -> UUID:
    """Its id. ``domain``: the one at whose console it was."""
    sign_in_id = new_id()
    tx.run_at_end(
        """
        INSERT INTO sign_ins (id, at, method, outcome, person_id, iam_user_id, address, device,
                              source, domain)
        VALUES (%(id)s, %(at)s, %(method)s, %(outcome)s, %(person_id)s, %(iam_user_id)s,
                %(address)s, %(device)s, %(source)s, %(domain)s)
        """,
        {
            "id": sign_in_id,
            "at": at,
            "method": method.value,
            "outcome": outcome.value,
            "person_id": person_id,
            "iam_user_id": iam_user_id,
            "address": visit.address,
            "device": visit.device,
            "source": source_of(visit.address),
            "domain": domain,
        },
    )
    return sign_in_id


@dataclass(frozen=True, slots=True)
class Welcome(CredentialState):
    """The credential as it is now, with all that decides how its bearer comes in."""

    password_expires_at: datetime | None
    idle_minutes: int
    show_last_sign_in: bool
    notice: str | None
    totp: bool
    passkey: bool
    recovery_code: bool
    factor_required: bool
    last_at: datetime | None
    last_address: str | None
    last_device: str | None
    tenants: tuple[TenantCode, ...]

    @property
    def factors(self) -> tuple[FactorKind, ...]:
        held = {
            FactorKind.TOTP: self.totp,
            FactorKind.PASSKEY: self.passkey,
            FactorKind.RECOVERY_CODE: self.recovery_code,
        }
        return tuple(kind for kind, is_held in held.items() if is_held)


def find_welcome(
    tx: Tx, *, credential_id: UUID, domain: TenantCode | None, most_tenants: int
) -> Welcome | None:
    """In one statement, and locked until the end: for who has given the right password. ``domain``
    None: at the portal. ``tenants``: those he has accepted, by code."""
    return tx.row(
        """
        SELECT c.id AS credential_id, c.hash,
               c.failed_at, c.pending_at, c.turned_away, c.locked_until,
               r.failure_limit, r.window_seconds, r.lock_seconds,
               e.password_expires_at, e.idle_minutes, e.show_last_sign_in, e.notice,
               f.totp, f.passkey, f.recovery_code, f.required AS factor_required,
               last.at AS last_at, last.address AS last_address, last.device AS last_device,
               ARRAY(SELECT u.tenant
                       FROM users u
                      WHERE u.person_id = c.person_id AND u.accepted_at IS NOT NULL
                      ORDER BY u.tenant
                      LIMIT %(most_tenants)s) AS tenants
          FROM credentials c
          JOIN policies r ON r.id = c.policy_id
         CROSS JOIN LATERAL entry_of(c.id, %(domain)s) e
         CROSS JOIN LATERAL second_factors_of(c.person_id, %(domain)s) f
          LEFT JOIN LATERAL (
              SELECT s.at, s.address, s.device
                FROM sign_ins s
               WHERE s.person_id = c.person_id AND s.outcome = 'accepted'
               ORDER BY s.at DESC
               LIMIT 1) AS last ON true
         WHERE c.id = %(credential_id)s
           FOR NO KEY UPDATE OF c
        """,
        {"credential_id": credential_id, "domain": domain, "most_tenants": most_tenants},
        Welcome,
    )


def list_sign_ins(
    tx: Tx, *, person_id: UUID, before: tuple[datetime, UUID] | None, limit: int
) -> list[PastSignIn]:
    """The newest first."""
    at, sign_in_id = before or (None, None)
    return tx.rows(
        """
        SELECT id AS sign_in_id, at, method, outcome, address, device, domain AS tenant
          FROM sign_ins
         WHERE person_id = %(person_id)s
           AND (%(at)s::timestamptz IS NULL
                OR (at, id) < (%(at)s::timestamptz, %(sign_in_id)s::uuid))
         ORDER BY at DESC, id DESC
         LIMIT %(limit)s
        """,
        {"person_id": person_id, "at": at, "sign_in_id": sign_in_id, "limit": limit},
        PastSignIn,
    )


def remove_old(tx: Tx, *, before: datetime, limit: int) -> int:
    """The oldest first, so many at most: how many they were."""
    return tx.run(
        """
        DELETE FROM sign_ins
         WHERE id = ANY (ARRAY(
                   SELECT id FROM sign_ins
                    WHERE at < %(before)s
                    ORDER BY at
                    LIMIT %(limit)s))
        """,
        {"before": before, "limit": limit},
    )
