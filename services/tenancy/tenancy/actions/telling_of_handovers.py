"""What every act on a handover leaves: its state, its entry in the trail, a mail to both sides."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from contracts.tenancy import HandoverAnnounced, HandoverEnd, HandoverState
from servicekit.db import Tx
from servicekit.pseudonyms import person_target
from tenancy.domain.handovers import Handover, HandoverAct, HandoverRow
from tenancy.store import handovers

RUN_OUT = "handover.run-out"
MATURE = "handover.mature"


def change(
    tx: Tx, *, handover: HandoverRow, act: HandoverAct, now: datetime, **known: Any
) -> HandoverState:
    """``known``: what the store keeps of the step beside the state. Raises Conflict where the act
    is not legal; what was to happen to it by the calendar before, does not any more."""
    state = handover.after(act, now=now)
    handovers.change_state(tx, handover=handover, state=state, **known)
    key = str(handover.handover_id)
    tx.unschedule(RUN_OUT if handover.state is HandoverState.OFFERED else MATURE, key)
    return state


def end(
    tx: Tx,
    *,
    handover: HandoverRow,
    act: HandoverAct,
    now: datetime,
    why: HandoverEnd | None = None,
    rights_dropped: bool | None = None,
) -> Handover:
    state = change(
        tx,
        handover=handover,
        act=act,
        now=now,
        ended_at=now,
        ended_why=why,
        rights_dropped=rights_dropped,
    )
    return tell(tx, handover=handover, what=state.value, now=now)


def tell(tx: Tx, *, handover: HandoverRow, what: str, now: datetime) -> Handover:
    """Both sides, as it stands now, whoever of them has acted. Answers what they are told of."""
    shown = handovers.get_handover(tx, tenant=handover.tenant, handover_id=handover.handover_id)
    details = {"handover": str(shown.handover_id), "office": shown.office.value}
    if shown.ended_why is not None:
        details["why"] = shown.ended_why.value
    tx.record(
        f"offices:handover:{what}",
        target=person_target(shown.to_person_id),
        details={**details, "holder": person_target(shown.from_person_id)},
        tenant=shown.tenant,
        at=now,
    )
    for one, other in ((shown.holder, shown.successor), (shown.successor, shown.holder)):
        tx.emit(
            HandoverAnnounced,
            at=now,
            person_id=one.person_id,
            tenant=shown.tenant,
            office=shown.office,
            handover_id=shown.handover_id,
            state=shown.state,
            is_holder=one.person_id == shown.from_person_id,
            other_name=other.full_name,
            drop_rights=shown.drop_rights,
            expires_at=shown.expires_at,
            takes_effect_at=shown.takes_effect_at,
            ended_why=shown.ended_why,
            rights_dropped=shown.rights_dropped,
        )
    return shown
