"""The process's parts, and how a call gets at them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from servicekit.clock import Clock
from servicekit.context import ContextVerifier
from servicekit.db import Database
from servicekit.due import Handler
from servicekit.rpc import Context, House
from tenancy.actions.apply_support_level import APPLY, apply_support_level
from tenancy.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    settings: Settings
    db: Database
    clock: Clock
    verifier: ContextVerifier

    @property
    def due_handlers(self) -> Mapping[str, Handler]:
        return {
            APPLY: lambda item: apply_support_level(db=self.db, item=item),
        }


class Housed:
    """What every group of calls is given."""

    house = House()

    def acting(self, context: Context) -> dict[str, Any]:
        return {"db": self.house.db, "context": context, "now": self.house.clock.now()}
