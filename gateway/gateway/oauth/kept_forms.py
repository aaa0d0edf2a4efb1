"""What somebody had typed when he was asked to prove again who he is: kept here, sealed, shown to
the session that sent it, and gone once it is sent again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from gateway.oauth.acting import acting
from gateway.oauth.lifetimes import KEPT_FORM
from gateway.store import kept_forms as store
from gateway.store.kept_forms import KeptFormRow
from gateway.vault import Vault
from servicekit.clock import Clock
from servicekit.db import EVERYONE, Database
from servicekit.ids import new_id

_MOST = 5  # of one session: as many tabs


@dataclass(frozen=True, slots=True)
class KeptForm:
    """``path`` is where it was sent; ``fields`` hold no password."""

    form_id: UUID
    path: str
    fields: tuple[tuple[str, str], ...]
    secrets: tuple[str, ...]  # names of the fields that must be typed again


class KeptForms:
    def __init__(self, *, db: Database, clock: Clock, vault: Vault) -> None:
        self._db = db
        self._clock = clock
        self._vault = vault

    def keep(
        self,
        session_id: UUID,
        *,
        path: str,
        fields: Sequence[tuple[str, str]],
        secrets: Sequence[str],
    ) -> UUID:
        now, form_id = self._clock.now(), new_id()
        content = json.dumps({"path": path, "fields": list(fields), "secrets": list(secrets)})
        row = KeptFormRow(
            form_id=form_id,
            session_id=session_id,
            sealed_form=self._vault.seal(content.encode()),
            created_at=now,
            expires_at=now + KEPT_FORM,
        )
        with self._db.write(acting("form.keep"), tenant=EVERYONE) as tx:
            store.add_kept_form(tx, form=row, most=_MOST)
        return form_id

    def read(self, session_id: UUID, form_id: UUID) -> KeptForm | None:
        now = self._clock.now()
        with self._db.read(tenant=EVERYONE) as tx:
            row = store.find_kept_form(tx, form_id=form_id, session_id=session_id, now=now)
        if row is None:
            return None
        known = json.loads(self._vault.unseal(row.sealed_form))
        return KeptForm(
            form_id=form_id,
            path=known["path"],
            fields=tuple((name, value) for name, value in known["fields"]),
            secrets=tuple(known["secrets"]),
        )

    def forget(self, session_id: UUID, form_id: UUID) -> None:
        with self._db.write(acting("form.forget"), tenant=EVERYONE) as tx:
            store.remove_kept_form(tx, form_id=form_id, session_id=session_id)
