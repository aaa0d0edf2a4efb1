"""Devices that wait for somebody to allow them (RFC 8628), and wrong codes that people tried."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from contracts.codes import TenantCode
from gateway.store.sessions import SessionRow
from servicekit.db import Tx


class Decision(StrEnum):
    ALLOWED = "allowed"
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """As it stands; what a person decided, once he did."""

    user_code: str
    family_id: UUID
    client_id: str
    scopes: tuple[str, ...]
    address: str | None
    created_at: datetime
    expires_at: datetime
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class PolledRow:
    """``hasty``: sooner than the interval allows; ``session_*`` are None once it has ended."""

    family_id: UUID
    client_id: str
    scopes: tuple[str, ...]
    expires_at: datetime
    decision: Decision | None
    person_id: UUID | None
    session_id: UUID | None
    auth_time: datetime | None
    amr: tuple[str, ...] | None
    used_at: datetime | None
    hasty: bool
    session_expires_at: datetime | None
    session_method: str | None
    session_domain: TenantCode | None

    @property
    def proved_here(self) -> bool:
        """No device asks the person who he is."""
        return False


def add_device_request(tx: Tx, *, digest: bytes, device: DeviceRow, interval: int) -> bool:
    """False where another device has this user code."""
    return bool(
        tx.run(
            """
            INSERT INTO device_requests (digest, user_code, family_id, client_id, scopes, address,
                                         interval_seconds, created_at, expires_at)
            VALUES (%(digest)s, %(user_code)s, %(family_id)s, %(client_id)s, %(scopes)s,
                    %(address)s, %(interval)s, %(created_at)s, %(expires_at)s)
            ON CONFLICT (user_code) DO NOTHING
            """,
            {
                "digest": digest,
                "user_code": device.user_code,
                "family_id": device.family_id,
                "client_id": device.client_id,
                "scopes": list(device.scopes),
                "address": device.address,
                "interval": interval,
                "created_at": device.created_at,
                "expires_at": device.expires_at,
            },
        )
    )


def change_polled(
    tx: Tx, *, digest: bytes, client_id: str, grace: int, step: int, longest: int, now: datetime
) -> PolledRow | None:
    """The device asks. Who asks too soon waits ``step`` seconds longer from then on."""
    return tx.row(
        """
        WITH known AS (
            SELECT digest, session_id,
                   COALESCE(decision IS NULL AND polled_at
                            > %(now)s - make_interval(secs => interval_seconds - %(grace)s), false)
                   AS hasty
              FROM device_requests
             WHERE digest = %(digest)s AND client_id = %(client_id)s
               FOR UPDATE
        )
        UPDATE device_requests AS device
           SET polled_at = %(now)s,
               interval_seconds = LEAST(%(longest)s, device.interval_seconds
                                        + CASE WHEN known.hasty THEN %(step)s ELSE 0 END)
          FROM known
          LEFT JOIN browser_sessions AS session
            ON session.session_id = known.session_id AND session.expires_at > %(now)s
           AND session.last_seen_at > %(now)s - make_interval(mins => session.idle_minutes)
         WHERE device.digest = known.digest
        RETURNING device.family_id, device.client_id, device.scopes, device.expires_at,
                  device.decision, device.person_id, device.session_id, device.auth_time,
                  device.amr, device.used_at, known.hasty,
                  session.expires_at AS session_expires_at, session.method AS session_method,
                  session.domain AS session_domain
        """,
        {
            "digest": digest,
            "client_id": client_id,
            "grace": grace,
            "step": step,
            "longest": longest,
            "now": now,
        },
        PolledRow,
    )


def find_undecided(tx: Tx, *, user_code: str, now: datetime) -> DeviceRow | None:
    return tx.row(
        """
        SELECT user_code, family_id, client_id, scopes, address, created_at, expires_at, decision
          FROM device_requests
         WHERE user_code = %(user_code)s AND decision IS NULL AND expires_at > %(now)s
        """,
        {"user_code": user_code, "now": now},
        DeviceRow,
    )


def change_decision(
    tx: Tx,
    *,
    user_code: str,
    decision: Decision,
    scopes: tuple[str, ...],
    session: SessionRow,
    now: datetime,
) -> bool:
    """False where it was decided already, or came too late."""
    return bool(
        tx.run(
            """
            UPDATE device_requests
               SET decision = %(decision)s, scopes = %(scopes)s, person_id = %(person_id)s,
                   session_id = %(session_id)s, auth_time = %(auth_time)s, amr = %(amr)s
             WHERE user_code = %(user_code)s AND decision IS NULL AND expires_at > %(now)s
            """,
            {
                "user_code": user_code,
                "decision": decision.value,
                "scopes": list(scopes),
                "person_id": session.person_id,
                "session_id": session.session_id,
                "auth_time": session.auth_time,
                "amr": list(session.amr),
                "now": now,
            },
        )
    )


def change_device_request_to_used(tx: Tx, *, digest: bytes, now: datetime) -> bool:
    """True for the one who comes first."""
    return bool(
        tx.run(
            """
            UPDATE device_requests SET used_at = %(now)s
             WHERE digest = %(digest)s AND decision = 'allowed' AND used_at IS NULL
            """,
            {"digest": digest, "now": now},
        )
    )


def remove_stale_device_requests(tx: Tx, *, expired_before: datetime) -> int:
    return tx.run(
        "DELETE FROM device_requests WHERE expires_at < %(before)s", {"before": expired_before}
    )


def lock_failures(tx: Tx, *, person_id: UUID, window_start: datetime, now: datetime) -> int:
    """Wrong codes since ``window_start``; others of the same person wait until this is done."""
    failures: int = tx.value(
        """
        INSERT INTO device_guesses AS known (person_id, failures, since)
        VALUES (%(person_id)s, 0, %(now)s)
        ON CONFLICT (person_id) DO UPDATE
           SET failures = CASE WHEN known.since > %(window_start)s THEN known.failures ELSE 0 END,
               since = CASE WHEN known.since > %(window_start)s THEN known.since ELSE %(now)s END
        RETURNING failures
        """,
        {"person_id": person_id, "window_start": window_start, "now": now},
    )
    return failures


def change_failures(tx: Tx, *, person_id: UUID) -> None:
    tx.run(
        "UPDATE device_guesses SET failures = failures + 1 WHERE person_id = %(person_id)s",
        {"person_id": person_id},
    )


def remove_stale_guesses(tx: Tx, *, since_before: datetime) -> int:
    return tx.run("DELETE FROM device_guesses WHERE since < %(before)s", {"before": since_before})
