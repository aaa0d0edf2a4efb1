"""Signing in, and one-time links."""

from __future__ import annotations

from typing import Any

from contracts import identity as calls
from identity.actions.disown import Disowned, disown
from identity.actions.forgotten_password import request_password_reset
from identity.actions.list_sign_ins import list_sign_ins
from identity.actions.read_link import read_link
from identity.actions.read_people import Page
from identity.actions.set_password import PasswordWasSet, set_password_by_link
from identity.actions.sign_in import (
    SignedIn,
    api_sign_in,
    sign_in,
    web_sign_in,
)
from identity.actions.unlock_portal_login import PortalLogin, unlock_portal_login
from identity.domain.attempts import PastSignIn
from identity.domain.links import Link
from identity.domain.throttle import Guess
from identity.service.parts import Housed, with_visit
from servicekit.rpc import Context, answers


class SigningInCalls(Housed):
    @answers(calls.sign_in)
    def sign_in(self, context: Context, payload: dict[str, Any]) -> SignedIn:
        return sign_in(**self.entering(context), **with_visit(payload))

    @answers(calls.web_sign_in)
    def web_sign_in(self, context: Context, payload: dict[str, Any]) -> SignedIn:
        return web_sign_in(**self.entering(context), **with_visit(payload))

    @answers(calls.api_sign_in)
    def api_sign_in(self, context: Context, payload: dict[str, Any]) -> SignedIn:
        return api_sign_in(**self.entering(context), **with_visit(payload))

    @answers(calls.read_link)
    def read_link(self, context: Context, payload: dict[str, Any]) -> Link:
        asked = with_visit(payload)
        doorstep = self.doorstep(Guess.LINK, asked.pop("visit"))
        return read_link(**self.acting(context), **asked, doorstep=doorstep)

    @answers(calls.disown)
    def disown(self, context: Context, payload: dict[str, Any]) -> Disowned:
        asked = with_visit(payload)
        doorstep = self.doorstep(Guess.LINK, asked["visit"])
        return disown(**self.acting(context), sealer=self.house.sealer, doorstep=doorstep, **asked)

    @answers(calls.set_password_by_link)
    def set_password_by_link(self, context: Context, payload: dict[str, Any]) -> PasswordWasSet:
        asked = with_visit(payload)
        doorstep = self.doorstep(Guess.LINK, asked["visit"])
        tools = {"hasher": self.house.hasher, "sealer": self.house.sealer}
        return set_password_by_link(**self.acting(context), **tools, **asked, doorstep=doorstep)

    @answers(calls.request_password_reset)
    def request_password_reset(self, context: Context, payload: dict[str, Any]) -> dict[str, str]:
        asked = with_visit(payload)
        doorstep = self.doorstep(Guess.RESET, asked["visit"])
        return request_password_reset(**self.acting(context), **asked, doorstep=doorstep)

    @answers(calls.list_sign_ins)
    def list_sign_ins(self, context: Context, payload: dict[str, Any]) -> Page[PastSignIn]:
        return list_sign_ins(**self.acting(context), **payload)

    @answers(calls.unlock_portal_login)
    def unlock_portal_login(self, context: Context, payload: dict[str, Any]) -> PortalLogin:
        return unlock_portal_login(**self.acting(context), **payload)
