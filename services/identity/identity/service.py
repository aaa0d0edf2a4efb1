"""The edge of identity: takes calls and facts apart, hands them to the actions."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts import identity as calls
from contracts import tenancy
from contracts.codes import Office
from identity.actions.appoint_staff import appoint_staff
from identity.actions.change_account import change_account
from identity.actions.change_password import change_password
from identity.actions.change_roles import change_roles
from identity.actions.establish_tenant import OpenedTenant, establish_tenant
from identity.actions.forgotten_password import RESET, issue_reset_link, request_password_reset
from identity.actions.invite_user import invite_user
from identity.actions.move_clock import follow_clock
from identity.actions.note_refusal import REFUSED, note_refusal
from identity.actions.read_link import read_link
from identity.actions.read_people import (
    Page,
    get_account,
    get_person,
    list_iam_users,
    list_staff,
    list_users,
    resolve_rights,
)
from identity.actions.remove_user import remove_user
from identity.actions.reset_failed_login import reset_failed_login, reset_own_failed_login
from identity.actions.send_welcome import send_welcome_again
from identity.actions.set_password import PasswordWasSet, set_password_by_link
from identity.actions.sign_in import (
    SignedIn,
    api_sign_in,
    sign_in,
    web_sign_in,
)
from identity.clients.hashing import Hasher
from identity.clients.sealing import Sealer
from identity.domain.attempts import Visit
from identity.domain.links import Link
from identity.domain.people import (
    Account,
    IamUser,
    NewPerson,
    Person,
    Rights,
    StaffMember,
    User,
)
from identity.settings import Settings
from servicekit import audit
from servicekit.clock import Clock
from servicekit.context import ContextVerifier
from servicekit.db import Database
from servicekit.due import Handler
from servicekit.rpc import Context, Fact, House, answers, hears


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


class IdentityService:
    name = "identity"
    house = House()

    # --- signing in -----------------------------------------------------------------------------

    @answers(calls.sign_in)
    def sign_in(self, context: Context, payload: dict[str, Any]) -> SignedIn:
        return sign_in(**self._proving(context), **_with_visit(payload))

    @answers(calls.web_sign_in)
    def web_sign_in(self, context: Context, payload: dict[str, Any]) -> SignedIn:
        return web_sign_in(**self._proving(context), **_with_visit(payload))

    @answers(calls.api_sign_in)
    def api_sign_in(self, context: Context, payload: dict[str, Any]) -> SignedIn:
        return api_sign_in(**self._proving(context), **_with_visit(payload))

    @answers(calls.read_link)
    def read_link(self, context: Context, payload: dict[str, Any]) -> Link:
        return read_link(db=self.house.db, now=self.house.clock.now(), token=payload["token"])

    @answers(calls.set_password_by_link)
    def set_password_by_link(self, context: Context, payload: dict[str, Any]) -> PasswordWasSet:
        return set_password_by_link(
            **self._acting(context), hasher=self.house.hasher, **_with_visit(payload)
        )

    @answers(calls.request_password_reset)
    def request_password_reset(self, context: Context, payload: dict[str, Any]) -> dict[str, str]:
        return request_password_reset(**self._acting(context), **_with_visit(payload))

    # --- rights, people, one's own account ------------------------------------------------------

    @answers(calls.resolve_rights)
    def resolve_rights(self, context: Context, payload: dict[str, Any]) -> Rights:
        return resolve_rights(db=self.house.db, context=context, **payload)

    @answers(calls.get_person)
    def get_person(self, context: Context, payload: dict[str, Any]) -> Person:
        return get_person(db=self.house.db, context=context, **payload)

    @answers(calls.get_account)
    def get_account(self, context: Context, payload: dict[str, Any]) -> Account:
        return get_account(**self._acting(context))

    @answers(calls.change_account)
    def change_account(self, context: Context, payload: dict[str, Any]) -> Account:
        return change_account(**self._acting(context), **payload)

    @answers(calls.change_password)
    def change_password(self, context: Context, payload: dict[str, Any]) -> dict[str, str]:
        return change_password(**self._proving(context), **_with_visit(payload))

    @answers(calls.reset_own_failed_login)
    def reset_own_failed_login(self, context: Context, payload: dict[str, Any]) -> IamUser:
        return reset_own_failed_login(**self._acting(context), **payload)

    # --- users of a tenant ----------------------------------------------------------------------

    @answers(calls.list_users)
    def list_users(self, context: Context, payload: dict[str, Any]) -> Page[User]:
        return list_users(db=self.house.db, context=context, **payload)

    @answers(calls.invite_user)
    def invite_user(self, context: Context, payload: dict[str, Any]) -> User:
        tenant, roles = payload.pop("tenant"), payload.pop("roles")
        return invite_user(
            **self._acting(context),
            sealer=self.house.sealer,
            tenant=tenant,
            roles=roles,
            new=NewPerson(**payload),
        )

    @answers(calls.change_roles)
    def change_roles(self, context: Context, payload: dict[str, Any]) -> User:
        return change_roles(**self._acting(context), sealer=self.house.sealer, **payload)

    @answers(calls.remove_user)
    def remove_user(self, context: Context, payload: dict[str, Any]) -> dict[str, str]:
        return remove_user(**self._acting(context), **payload)

    @answers(calls.send_welcome_again)
    def send_welcome_again(self, context: Context, payload: dict[str, Any]) -> dict[str, str]:
        return send_welcome_again(**self._acting(context), sealer=self.house.sealer, **payload)

    # --- IAM users of a domain ------------------------------------------------------------------

    @answers(calls.list_iam_users)
    def list_iam_users(self, context: Context, payload: dict[str, Any]) -> Page[IamUser]:
        return list_iam_users(**self._acting(context), **payload)

    @answers(calls.reset_failed_login)
    def reset_failed_login(self, context: Context, payload: dict[str, Any]) -> IamUser:
        return reset_failed_login(**self._acting(context), **payload)

    # --- staff ----------------------------------------------------------------------------------

    @answers(calls.appoint_staff)
    def appoint_staff(self, context: Context, payload: dict[str, Any]) -> StaffMember:
        roles = payload.pop("roles")
        return appoint_staff(
            **self._acting(context),
            sealer=self.house.sealer,
            roles=roles,
            new=NewPerson(**payload),
        )

    @answers(calls.list_staff)
    def list_staff(self, context: Context, payload: dict[str, Any]) -> Page[StaffMember]:
        return list_staff(db=self.house.db, context=context, **payload)

    # --- the trail ------------------------------------------------------------------------------

    @answers(calls.list_audit_entries)
    def list_audit_entries(self, context: Context, payload: dict[str, Any]) -> dict[str, Any]:
        return audit.list_entries(db=self.house.db, context=context, **payload)

    @answers(calls.verify_audit_chain)
    def verify_audit_chain(self, context: Context, payload: dict[str, Any]) -> audit.Verification:
        return audit.verify_chain(db=self.house.db, context=context, **payload)

    # --- facts heard ----------------------------------------------------------------------------

    @hears(tenancy.TenantOpened)
    def on_tenant_opened(self, fact: Fact) -> None:
        told = fact.data
        holders = {
            Office.REFERENT: NewPerson(**told["referent"]),
            Office.DOMAIN_OWNER: NewPerson(**told["domain_owner"]),
        }
        establish_tenant(
            **self._acting(fact.context),
            sealer=self.house.sealer,
            event_id=fact.id,
            opened=OpenedTenant(tenant=told["tenant"], name=told["name"], holders=holders),
        )

    @hears(tenancy.ClockMoved)
    def on_clock_moved(self, fact: Fact) -> None:
        follow_clock(
            db=self.house.db,
            clock=self.house.clock,
            context=fact.context,
            event_id=fact.id,
            offset_seconds=fact.data["offset_seconds"],
        )

    # --- parts ----------------------------------------------------------------------------------

    def _acting(self, context: Context) -> dict[str, Any]:
        return {"db": self.house.db, "context": context, "now": self.house.clock.now()}

    def _proving(self, context: Context) -> dict[str, Any]:
        return {**self._acting(context), "hasher": self.house.hasher, "pause": time.sleep}


def _with_visit(payload: dict[str, Any]) -> dict[str, Any]:
    visit = Visit(address=payload.pop("address"), device=payload.pop("device"))
    return {**payload, "visit": visit}
