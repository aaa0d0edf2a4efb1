"""Run by test_editing_users.py, twice at once: a process that takes a user out, or leaves itself.

Says "ready" once connected, acts when a line comes in, prints what became of it.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from uuid import UUID

from contracts.codes import TenantCode
from contracts.rights import Caller, CallerKind
from identity.actions.disable_user import disable_user
from identity.actions.remove_user import leave_tenant, remove_user
from servicekit.context import Context, deadline_in, new_call_id
from servicekit.db import Database
from servicekit.errors import GuichetError


def main(url: str, act: str, tenant: str, caller: str, person: str) -> None:
    code = TenantCode(tenant)
    context = Context(
        caller=Caller(CallerKind.PERSON, caller, tenant=code),
        call=f"identity.{act}",
        call_id=new_call_id(),
        deadline=deadline_in(30),
    )
    with Database(url, pool_size=1, service="identity") as db:
        acting = {"db": db, "context": context, "now": datetime.now(UTC), "tenant": code}
        print("ready", flush=True)
        sys.stdin.readline()
        try:
            if act == "leave":
                leave_tenant(**acting)
            else:
                known = {"remove": remove_user, "disable": disable_user}
                known[act](**acting, person_id=UUID(person))
            print("done", flush=True)
        except GuichetError as error:
            print(error.code, flush=True)


main(*sys.argv[1:])
