"""Guesses of the last minutes, by address: shared by all processes, forgotten after an hour."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from identity.domain.throttle import Doorstep, Pressure
from servicekit.db import Tx


def hold_doorstep(tx: Tx, *, doorstep: Doorstep) -> None:
    """Before the first statement: of one address, guesses are counted one after another."""
    if doorstep.network is not None:
        tx.run_before(
            "SELECT pg_advisory_xact_lock(hashtextextended(%(held)s, 6))",
            {"held": f"{doorstep.guess} {doorstep.network}"},
        )


def get_pressure(tx: Tx, *, doorstep: Doorstep) -> Pressure:
    found = tx.row(
        """
        SELECT full_since, crowded, swamped
          FROM doorstep_pressure(%(guess)s, %(source)s, %(now)s, %(of_address)s, %(of_56)s,
                                 %(of_48)s, %(window)s, %(a_minute)s)
        """,
        doorstep.params(),
        Pressure,
    )
    assert found is not None
    return found


def add_guess(tx: Tx, *, guess_id: UUID, doorstep: Doorstep) -> None:
    tx.run_at_end(
        """
        INSERT INTO guesses (id, kind, source, at)
        VALUES (%(id)s, %(guess)s, %(source)s, %(now)s)
        """,
        {
            "id": guess_id,
            "guess": doorstep.guess.value,
            "source": doorstep.source,
            "now": doorstep.now,
        },
    )


def remove_guess(tx: Tx, *, guess_id: UUID) -> None:
    """It was right."""
    tx.run_at_end("DELETE FROM guesses WHERE id = %(id)s", {"id": guess_id})


def remove_old(tx: Tx, *, before: datetime, limit: int) -> int:
    return tx.run(
        """
        DELETE FROM guesses
         WHERE id = ANY (ARRAY(
                   SELECT id FROM guesses
                    WHERE kind IN ('password', 'throttled', 'reset', 'link')
                      AND at < %(before)s
                    LIMIT %(limit)s))
        """,
        {"before": before, "limit": limit},
    )
