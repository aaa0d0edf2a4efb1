"""Second factors of a person: the app, the passkeys, the recovery codes."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from contracts.codes import TenantCode
from identity.domain.factors import Factors, NewPasskey, Passkey, Totp, TotpEnrolment
from servicekit.db import Tx
from servicekit.ids import new_id

_MOST_NAMED = 100

# --- authenticator app ----------------------------------------------------------------------------


def find_totp(tx: Tx, *, person_id: UUID) -> Totp | None:
    return tx.row(
        """
        SELECT sealed_secret, last_step, enrolled_at, last_used_at
          FROM totp_factors
         WHERE person_id = %(person_id)s
        """,
        {"person_id": person_id},
        Totp,
    )


def change_totp_step(tx: Tx, *, person_id: UUID, step: int, at: datetime) -> bool:
    """False where a code of this step, or of a later one, was accepted before."""
    changed = tx.run(
        """
        UPDATE totp_factors
           SET last_step = %(step)s, last_used_at = %(at)s
         WHERE person_id = %(person_id)s AND last_step < %(step)s
        """,
        {"person_id": person_id, "step": step, "at": at},
    )
    return changed == 1


def add_totp(
    tx: Tx, *, person_id: UUID, sealed_secret: str, step: int, vouched: bool, at: datetime
) -> None:
    """``step``: that of the code which has confirmed it. An older factor is replaced."""
    tx.run(
        """
        INSERT INTO totp_factors (person_id, sealed_secret, last_step, enrolled_at, vouched)
        VALUES (%(person_id)s, %(sealed_secret)s, %(step)s, %(at)s, %(vouched)s)
        ON CONFLICT (person_id) DO UPDATE
           SET sealed_secret = excluded.sealed_secret, last_step = excluded.last_step,
               enrolled_at = excluded.enrolled_at, last_used_at = NULL,
               vouched = excluded.vouched
        """,
        {
            "person_id": person_id,
            "sealed_secret": sealed_secret,
            "step": step,
            "vouched": vouched,
            "at": at,
        },
    )


def remove_totp(tx: Tx, *, person_id: UUID) -> bool:
    removed = tx.run(
        "DELETE FROM totp_factors WHERE person_id = %(person_id)s", {"person_id": person_id}
    )
    return removed == 1


def find_totp_enrolment(tx: Tx, *, person_id: UUID, now: datetime) -> TotpEnrolment | None:
    """``now`` is real time."""
    return tx.row(
        """
        SELECT sealed_secret, expires_at
          FROM totp_enrolments
         WHERE person_id = %(person_id)s AND expires_at > %(now)s
        """,
        {"person_id": person_id, "now": now},
        TotpEnrolment,
    )


def add_totp_enrolment(
    tx: Tx, *, person_id: UUID, sealed_secret: str, expires_at: datetime
) -> None:
    """The newest secret shown is the one that counts."""
    tx.run(
        """
        INSERT INTO totp_enrolments (person_id, sealed_secret, expires_at)
        VALUES (%(person_id)s, %(sealed_secret)s, %(expires_at)s)
        ON CONFLICT (person_id) DO UPDATE
           SET sealed_secret = excluded.sealed_secret, expires_at = excluded.expires_at
        """,
        {"person_id": person_id, "sealed_secret": sealed_secret, "expires_at": expires_at},
    )


def remove_totp_enrolment(tx: Tx, *, person_id: UUID) -> None:
    tx.run("DELETE FROM totp_enrolments WHERE person_id = %(person_id)s", {"person_id": person_id})


# --- passkeys -------------------------------------------------------------------------------------


def list_passkeys(tx: Tx, *, person_id: UUID) -> list[Passkey]:
    return tx.rows(
        """
        SELECT id AS passkey_id, person_id, credential_id, public_key, sign_count, name,
               transports, backed_up, enrolled_at, last_used_at, suspended_at
          FROM passkeys
         WHERE person_id = %(person_id)s
         ORDER BY id
         LIMIT 100
        """,
        {"person_id": person_id},
        Passkey,
    )


def find_passkey_to_use(tx: Tx, *, credential_id: bytes) -> Passkey | None:
    """Locked until the transaction ends: its count must grow, one use after the other. None for a
    suspended one, as for one that nobody has."""
    return tx.row(
        """
        SELECT id AS passkey_id, person_id, credential_id, public_key, sign_count, name,
               transports, backed_up, enrolled_at, last_used_at, suspended_at
          FROM passkeys
         WHERE credential_id = %(credential_id)s AND suspended_at IS NULL
           FOR NO KEY UPDATE
        """,
        {"credential_id": credential_id},
        Passkey,
    )


def change_passkey_used(
    tx: Tx, *, passkey_id: UUID, sign_count: int, backed_up: bool, at: datetime
) -> None:
    tx.run(
        """
        UPDATE passkeys
           SET sign_count = %(sign_count)s, backed_up = %(backed_up)s, last_used_at = %(at)s
         WHERE id = %(passkey_id)s
        """,
        {"passkey_id": passkey_id, "sign_count": sign_count, "backed_up": backed_up, "at": at},
    )


def change_passkey_suspended(tx: Tx, *, passkey_id: UUID, at: datetime) -> None:
    tx.run(
        "UPDATE passkeys SET suspended_at = %(at)s WHERE id = %(passkey_id)s",
        {"passkey_id": passkey_id, "at": at},
    )


def add_passkey(
    tx: Tx, *, person_id: UUID, new: NewPasskey, name: str, vouched: bool, at: datetime
) -> bool:
    """False where somebody, he or another, has this very passkey enrolled already."""
    added = tx.run(
        """
        INSERT INTO passkeys (id, person_id, credential_id, public_key, sign_count, name,
                              transports, backed_up, enrolled_at, vouched)
        VALUES (%(id)s, %(person_id)s, %(credential_id)s, %(public_key)s, %(sign_count)s, %(name)s,
                %(transports)s, %(backed_up)s, %(at)s, %(vouched)s)
        ON CONFLICT ON CONSTRAINT passkeys_credential_key DO NOTHING
        """,
        {
            "id": new_id(),
            "person_id": person_id,
            "credential_id": new.credential_id,
            "public_key": new.public_key,
            "sign_count": new.sign_count,
            "name": name,
            "transports": list(new.transports),
            "backed_up": new.backed_up,
            "at": at,
            "vouched": vouched,
        },
    )
    return added == 1


def change_passkey_name(tx: Tx, *, person_id: UUID, passkey_id: UUID, name: str) -> bool:
    changed = tx.run(
        """
        UPDATE passkeys SET name = %(name)s
         WHERE id = %(passkey_id)s AND person_id = %(person_id)s
        """,
        {"passkey_id": passkey_id, "person_id": person_id, "name": name},
    )
    return changed == 1


def remove_passkey(tx: Tx, *, person_id: UUID, passkey_id: UUID) -> bool:
    removed = tx.run(
        "DELETE FROM passkeys WHERE id = %(passkey_id)s AND person_id = %(person_id)s",
        {"passkey_id": passkey_id, "person_id": person_id},
    )
    return removed == 1


# --- recovery codes -------------------------------------------------------------------------------


def change_recovery_codes(tx: Tx, *, person_id: UUID, hashes: list[bytes], at: datetime) -> None:
    """All at once: older ones, used or not, are gone."""
    remove_recovery_codes(tx, person_id=person_id)
    tx.run(
        """
        INSERT INTO recovery_codes (person_id, code_hash, issued_at)
        SELECT %(person_id)s, code_hash, %(at)s
          FROM unnest(%(hashes)s::bytea[]) AS code_hash
        """,
        {"person_id": person_id, "hashes": hashes, "at": at},
    )


def change_code_used(tx: Tx, *, person_id: UUID, code_hash: bytes, at: datetime) -> bool:
    """True for an unused one, once."""
    used = tx.run(
        """
        UPDATE recovery_codes SET used_at = %(at)s
         WHERE person_id = %(person_id)s AND code_hash = %(code_hash)s AND used_at IS NULL
        """,
        {"person_id": person_id, "code_hash": code_hash, "at": at},
    )
    return used == 1


def remove_recovery_codes(tx: Tx, *, person_id: UUID) -> None:
    tx.run("DELETE FROM recovery_codes WHERE person_id = %(person_id)s", {"person_id": person_id})


def get_codes_left(tx: Tx, *, person_id: UUID) -> int:
    left: int = tx.value(
        "SELECT count(*) FROM recovery_codes WHERE person_id = %(person_id)s AND used_at IS NULL",
        {"person_id": person_id},
    )
    return left


# --- all of it ------------------------------------------------------------------------------------


def has_factor(tx: Tx, *, person_id: UUID) -> bool:
    """Suspended ones too: they open nothing, but shut what a password alone would open."""
    found = tx.row(
        """
        SELECT EXISTS (SELECT 1 FROM totp_factors WHERE person_id = %(person_id)s)
               OR EXISTS (SELECT 1 FROM passkeys WHERE person_id = %(person_id)s) AS enrolled
        """,
        {"person_id": person_id},
        dict,
    )
    return bool(found and found["enrolled"])


def get_factors(tx: Tx, *, person_id: UUID) -> Factors:
    """Asked with the scope EVERYONE: the rules of each of his tenants count."""
    return Factors(
        totp=find_totp(tx, person_id=person_id),
        passkeys=tuple(list_passkeys(tx, person_id=person_id)),
        recovery_codes_left=get_codes_left(tx, person_id=person_id),
        required_by=tuple(list_requiring_tenants(tx, person_id=person_id)),
        required_of_staff=is_required_of_staff(tx, person_id=person_id),
    )


def list_requiring_tenants(tx: Tx, *, person_id: UUID) -> list[TenantCode]:
    """Of those he has accepted, by code; the first hundred."""
    found = tx.rows(
        """
        SELECT u.tenant
          FROM users u
          JOIN entry_rules e ON e.tenant = u.tenant
         WHERE u.person_id = %(person_id)s AND u.accepted_at IS NOT NULL
           AND e.second_factor_required
         ORDER BY u.tenant
         LIMIT %(limit)s
        """,
        {"person_id": person_id, "limit": _MOST_NAMED},
        dict,
    )
    return [TenantCode(row["tenant"]) for row in found]


def is_required_of_staff(tx: Tx, *, person_id: UUID) -> bool:
    """Whether he is one of the provider's people and these must have a second factor."""
    required: bool = tx.value(
        """
        SELECT EXISTS (SELECT 1
                         FROM staff_rules r
                        WHERE r.singleton AND r.second_factor_required
                          AND EXISTS (SELECT 1 FROM staff_roles s
                                       WHERE s.person_id = %(person_id)s))
        """,
        {"person_id": person_id},
    )
    return required


def is_user_elsewhere(tx: Tx, *, person_id: UUID, tenant: TenantCode) -> bool:
    """Whether he belongs to any other tenant, accepted or not."""
    elsewhere: bool = tx.value(
        """
        SELECT EXISTS (SELECT 1 FROM users
                        WHERE person_id = %(person_id)s AND tenant <> %(tenant)s)
        """,
        {"person_id": person_id, "tenant": tenant},
    )
    return elsewhere


def has_trusted_factor(tx: Tx, *, person_id: UUID, since: datetime) -> bool:
    """One in use that ``remove_recent_factors`` would leave."""
    trusted: bool = tx.value(
        """
        SELECT EXISTS (SELECT 1 FROM totp_factors
                        WHERE person_id = %(person_id)s
                          AND (vouched OR enrolled_at < %(since)s))
               OR EXISTS (SELECT 1 FROM passkeys
                           WHERE person_id = %(person_id)s AND suspended_at IS NULL
                             AND (vouched OR enrolled_at < %(since)s))
        """,
        {"person_id": person_id, "since": since},
    )
    return trusted


def remove_recent_factors(tx: Tx, *, person_id: UUID, since: datetime) -> int:
    """Factors enrolled since then that nothing vouches for, and codes issued since then; all codes
    where no factor is left. How many factors they were."""
    params = {"person_id": person_id, "since": since}
    gone = tx.run(
        """
        DELETE FROM passkeys
         WHERE person_id = %(person_id)s AND enrolled_at >= %(since)s AND NOT vouched
        """,
        params,
    )
    gone += tx.run(
        """
        DELETE FROM totp_factors
         WHERE person_id = %(person_id)s AND enrolled_at >= %(since)s AND NOT vouched
        """,
        params,
    )
    tx.run("DELETE FROM totp_enrolments WHERE person_id = %(person_id)s", params)
    tx.run(
        """
        DELETE FROM recovery_codes
         WHERE person_id = %(person_id)s
           AND (issued_at >= %(since)s
                OR NOT EXISTS (SELECT 1 FROM passkeys WHERE person_id = %(person_id)s)
                   AND NOT EXISTS (SELECT 1 FROM totp_factors WHERE person_id = %(person_id)s))
        """,
        params,
    )
    return gone


def remove_factors(tx: Tx, *, person_id: UUID) -> int:
    """Everything a second step could be made with. The number of factors that were enrolled."""
    remove_recovery_codes(tx, person_id=person_id)
    remove_totp_enrolment(tx, person_id=person_id)
    keys = tx.run("DELETE FROM passkeys WHERE person_id = %(id)s", {"id": person_id})
    return keys + remove_totp(tx, person_id=person_id)
