"""The process's parts, and how a call gets at them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from identity.actions.forgotten_password import RESET, issue_reset_link
from identity.actions.note_refusal import REFUSED, note_refusal
from identity.clients.hashing import Hasher
from identity.clients.sealing import Sealer
from identity.domain.attempts import Visit
from identity.settings import Settings
from servicekit.clock import Clock
from servicekit.context import ContextVerifier
from servicekit.db import Database
from servicekit.due import Handler
from servicekit.rpc import Context, House


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    settings: Settings
    db: Database
    clock: Clock
    verifier: ContextVerifier
    hasher: Hasher
    sealer: Sealer

    @property
    def due_handlers(self) -> Mapping[str, Handler]:
        return {
            REFUSED: lambda item: note_refusal(db=self.db, item=item),
            RESET: lambda item: issue_reset_link(db=self.db, sealer=self.sealer, item=item),
        }


class Housed:
    """What every group of calls is given."""

    house = House()

    def acting(self, context: Context) -> dict[str, Any]:
        return {"db": self.house.db, "context": context, "now": self.house.clock.now()}

    def proving(self, context: Context) -> dict[str, Any]:
        return {**self.acting(context), "hasher": self.house.hasher, "pause": time.sleep}


def with_visit(payload: dict[str, Any]) -> dict[str, Any]:
    visit = Visit(address=payload.pop("address"), device=payload.pop("device"))
    return {**payload, "visit": visit}
