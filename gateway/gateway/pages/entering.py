"""From an accepted password to a session, through whatever is still to be done.

A page of one step begins with ``expect(step)``, does its work with ``pending.person_id``, and
ends with ``satisfy(pending, step, amr=…)``, which leads on: to the next step, or signed in to where
the visitor was going.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response, request, url_for

from contracts.codes import Language, TenantCode
from gateway.i18n import remember_language
from gateway.oauth.pending import Pending, Step, needs_of
from gateway.oauth.proofs import PASSWORD, together
from gateway.oauth.sessions import SignedIn
from gateway.pages.csrf import renew_form_secret
from gateway.pages.going import see_other
from gateway.pages.greeting import greet
from gateway.pages.visit import asked_at, call_id, origin, parts

PATHS = {
    Step.SECOND_FACTOR: "/sign-in/second-factor",
    Step.ENROL: "/sign-in/enrol",
    Step.PASSWORD: "/sign-in/new-password",
}


class NotHere(Exception):
    """No sign-in at this browser is at this step: ``path`` is where it is."""

    def __init__(self, path: str | None = None) -> None:
        super().__init__(path)
        self.path = path


def begin(
    *,
    method: str,
    signed_in: Mapping[str, Any],
    next_path: str | None,
    amr: Collection[str] = (PASSWORD,),
) -> Response:
    """Identity accepted him: to the first step that is left, or in.

    ``method``: the door; ``signed_in``: identity's answer; ``amr``: what he has proved (RFC 8176).
    """
    proved, proved_at = together(amr, ()), asked_at()
    needs = needs_of(signed_in, proved)
    if not needs:
        return _let_in(method, signed_in, next_path, proved, proved_at)
    response = see_other(PATHS[needs[0]])
    parts().pending.begin(
        response,
        request,
        method=method,
        signed_in=signed_in,
        next_path=next_path,
        needs=needs,
        amr=proved,
        proved_at=proved_at,
    )
    return response


def current() -> Pending | None:
    """The sign-in that this browser is in the middle of."""
    return parts().pending.current(request)


def expect(step: Step) -> Pending:
    """The sign-in at this very step; anybody else is led to where he should be."""
    pending = current()
    if pending is None:
        raise NotHere
    if pending.needs[0] is not step:
        raise NotHere(PATHS[pending.needs[0]])
    return pending


def satisfy(pending: Pending, step: Step, *, amr: Collection[str] = ()) -> Response:
    """The step is done; ``amr``: what it proved, beside what was known or anew.

    Who has set a new password says ``pwd``: only then does the session outlive what ends with the
    old one. Who finds that somebody else has set it does not.
    """
    left = parts().pending.satisfy(pending, step, amr=amr)
    if left is None:
        return start_again()
    if left.needs:
        return see_other(PATHS[left.needs[0]])
    response = _let_in(left.method, left.signed_in, left.next_path, left.amr, left.proved_at)
    parts().pending.forget(response)
    return response


def spare(pending: Pending) -> None:
    """Before this request sets the password: of the sign-ins under way this one goes on."""
    parts().pending.spare(pending, call_id=call_id())


def start_again(error: Exception | None = None) -> Response:
    """To where the sign-in is, or to its beginning with a word."""
    if isinstance(error, NotHere) and error.path is not None:
        return see_other(error.path)
    return see_other(url_for("pages.sign_in"), "sign-in-again")


def _let_in(
    method: str,
    signed_in: Mapping[str, Any],
    next_path: str | None,
    amr: tuple[str, ...],
    proved_at: datetime,
) -> Response:
    tenant, iam_user = signed_in["tenant"], signed_in["iam_user_id"]
    console = url_for("portal.console", tenant=tenant) if tenant else None
    response = see_other(next_path or console or url_for("portal.home"))
    language = Language(signed_in["language"])
    who = SignedIn(
        person_id=UUID(signed_in["person_id"]),
        login=signed_in["login"],
        language=language,
        method=method,
        tenant=TenantCode(tenant) if tenant else None,
        iam_user_id=UUID(iam_user) if iam_user else None,
        amr=amr,
        idle_minutes=signed_in.get("idle_minutes"),
        proved_at=proved_at,
        **origin(),
    )
    parts().sessions.start(response, who)
    renew_form_secret()
    greet(signed_in, method=method)
    remember_language(response, language)
    return response
