"""Who looks at the portal: the browser's session, its access token, what the person holds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from flask import g, request

from contracts.codes import StaffRole, TenantCode
from contracts.declare import IMPERSONATION_READ_ONLY, Call, Effect
from contracts.rights import Caller, CallerKind, Right, refusal
from gateway.api.circumstances import LONGEST_REASON, fit_reason
from gateway.dispatch import IMPERSONATION_OVER, SECOND_FACTOR_REQUIRED
from gateway.i18n import current_language
from gateway.pages.forms import Form
from gateway.pages.visit import browser_session, call_id, parts
from gateway.portal import tokens
from gateway.rights import PersonRights
from gateway.wire import Circumstances
from servicekit.errors import Forbidden, Invalid, Unauthenticated
from servicekit.freshness import STEP_UP_REQUIRED
from servicekit.pseudonyms import person_target

if TYPE_CHECKING:
    from gateway.oauth.sessions import Session
    from gateway.oauth.tokens import AccessToken
    from gateway.oauth.views import View


class SignInNeeded(Exception):
    """Nobody is signed in here, or the session has ended."""


class StepUpNeeded(Exception):
    """The act is sensitive, and he proved who he is too long ago."""


class SecondFactorNeeded(Exception):
    """What he holds there counts in a session with a second factor only, and this one has none."""


class ViewOver(Exception):
    """What an operator saw as somebody else has ended: by time, or by whoever it concerns."""


class ReasonNeeded(Exception):
    """Somebody of staff has not said yet why he looks at this."""

    def __init__(self, about: str) -> None:
        super().__init__(about)
        self.about = about


@dataclass(frozen=True, slots=True)
class Look:
    """What is looked at for a reason, on the present page."""

    about: str
    reason: str


@dataclass(frozen=True, slots=True)
class Visitor:
    session: Session
    token: AccessToken
    rights: PersonRights
    lacks_second_factor: bool = False  # something that he holds counts for nothing in this session
    view: View | None = None  # whose rights these are, where they are not those of the session
    kept_perimeter: str | None = None  # as chosen; gateway/portal/perimeter.py says if it counts

    def may(self, call: Call, tenant: TenantCode | None = None) -> bool:
        """Whether to show what leads to the call; the call itself is decided anew."""
        return call.refusal(self._caller(tenant)) is None

    def holds(self, right: Right, tenant: TenantCode) -> bool:
        """Where what an act needs hangs on what it is done to."""
        return refusal(right, self._caller(tenant)) is None

    def must_say_why(self, call: Call, tenant: TenantCode | None) -> bool:
        return call.needs_reason(self._caller(tenant))

    def _caller(self, tenant: TenantCode | None) -> Caller:
        holding = self.rights.holding(tenant)
        return Caller(
            kind=CallerKind.PERSON,
            subject=self.token.subject,
            scopes=self.token.scopes,
            staff=self.rights.staff,
            tenant=tenant,
            roles=holding.roles,
            offices=holding.offices,
            act=self.token.act,
            grant=self.token.grant,
            portal=self.token.grant is None,
        )

    @property
    def domain(self) -> TenantCode | None:
        """Where his way in opens nothing but the technical console of one domain."""
        return self.token.domain

    @property
    def is_staff(self) -> bool:
        return bool(self.rights.staff)

    def has(self, role: StaffRole) -> bool:
        return role in self.rights.staff


def visitor() -> Visitor:
    if "visitor" not in g:
        g.visitor = _meet()
    return cast(Visitor, g.visitor)


def met_visitor() -> Visitor | None:
    """Whoever this request has met already."""
    return cast("Visitor | None", g.get("visitor"))


def ask(
    call: Call,
    payload: dict[str, Any] | None = None,
    *,
    form: Form | None = None,
    null: str | None = None,
) -> dict[str, Any]:
    """A call on the visitor's behalf. ``form``: its key makes sending twice one act.
    ``null``: the field whose None takes something away; any other None is left out.

    Raises ReasonNeeded where staff have not said yet why they look at what is a customer's, and
    StepUpNeeded where the visitor must prove again who he is, SecondFactorNeeded where with more
    than a password.
    """
    asked = {
        name: value for name, value in (payload or {}).items() if value is not None or name == null
    }
    try:
        return parts().dispatcher.as_token(
            call,
            asked,
            visitor().token,
            language=current_language(),
            idempotency_key=form.key if form else None,
            reason=_reason_for(call, asked, form),
            call_id=call_id(),
        )
    except Forbidden as error:
        if error.code == STEP_UP_REQUIRED:
            raise StepUpNeeded from None
        if error.code == SECOND_FACTOR_REQUIRED:
            raise SecondFactorNeeded from None
        if error.code == IMPERSONATION_OVER:
            raise ViewOver from None
        raise


def look() -> Look | None:
    """The first thing this page looked at for a reason."""
    return cast("Look | None", g.get("look"))


def keep_reason(about: str, reason: str) -> None:
    """What was said once is not asked for again for a while."""
    parts().given_reasons.keep(visitor().session.session_id, about, reason)


def say_why(call: Call, tenant: TenantCode, reason: str) -> None:
    """What the visitor does tells why he looks at the contract; what he has said himself stays."""
    if visitor().must_say_why(call, tenant) and _given(tenant) is None:
        keep_reason(tenant, reason)
        g.given_reasons[tenant] = reason


def _reason_for(call: Call, asked: dict[str, Any], form: Form | None) -> str | None:
    """As typed in the form; else as given for the contract or the person asked about."""
    typed = _reason(form) if form else None
    tenant = asked.get(call.tenant_field) if call.tenant_field else None
    if not visitor().must_say_why(call, None if tenant is None else TenantCode(tenant)):
        return typed
    about = tenant or _asked_about(call, asked)
    if about is None:
        return typed
    reason = typed or _given(about)
    if reason is None:
        raise ReasonNeeded(about)
    if typed is not None:
        keep_reason(about, typed)
    if "look" not in g:
        g.look = Look(about, reason)
    return reason


def _asked_about(call: Call, asked: dict[str, Any]) -> str | None:
    """Whoever looks at a recovery act says why; whoever decides it says so anew, each time."""
    if "person_id" in asked:
        return person_target(asked["person_id"])
    if "recovery_id" in asked and call.effect is Effect.READ:
        return recovery_target(asked["recovery_id"])
    return None


def recovery_target(recovery_id: str) -> str:
    return f"recovery:{recovery_id}"


def _given(about: str) -> str | None:
    """Read once per request."""
    known: dict[str, str | None] = g.setdefault("given_reasons", {})
    if about not in known:
        known[about] = parts().given_reasons.find(visitor().session.session_id, about)
    return known[about]


def _reason(form: Form) -> str | None:
    """By the rules of REST's header: it travels in the signed context and stands in the trail."""
    reason = form.value("reason").strip() or None
    if reason is not None and not fit_reason(reason):
        raise Invalid("fields-invalid", {"fields": {"reason": [f"length:1:{LONGEST_REASON}"]}})
    return reason


def demand_proof() -> None:
    """For what is sensitive and no call of the visitor's own. Raises StepUpNeeded."""
    token = visitor().token
    caller = Caller(CallerKind.PERSON, token.subject, proved_at=token.proved_at)
    if not caller.proved_lately(parts().clock.now()):
        raise StepUpNeeded


def present_view() -> View | None:
    """What is seen on this page instead of the visitor's own, also where it is refused."""
    return cast("View | None", g.get("view"))


def _meet() -> Visitor:
    session = browser_session()
    kept = tokens.kept(request, session) if session else None
    if session is None or kept is None:
        raise SignInNeeded
    try:
        token = parts().tokens.check(kept.access_token)
    except Unauthenticated:
        raise SignInNeeded from None
    token = _as_proved_here(token, session)
    about = Circumstances(language=current_language(), call_id=call_id())
    if kept.view is not None:
        return _looking(kept.view, session, token, about)
    rights = parts().rights.resolve(session.person_id, about).within(token.domain)
    counting = rights.proved_by(session.amr)
    if not rights.enabled:
        # No way back through the sign-in: the browser's session would lead here again and again.
        raise Forbidden("token-refused")
    return Visitor(
        session=session,
        token=token,
        rights=counting,
        lacks_second_factor=counting is not rights,
        kept_perimeter=kept.perimeter,
    )


def _looking(view: View, session: Session, token: AccessToken, about: Circumstances) -> Visitor:
    """An operator who sees a contract as its user does: pages about it, and nothing is sent."""
    if parts().views.is_over(view):
        raise ViewOver
    g.view = view
    if not _is_shown(view):
        raise Forbidden(IMPERSONATION_READ_ONLY)
    seen = view.of(token, operator_id=session.person_id)
    try:
        rights = parts().dispatcher.seen_rights(seen, about)
    except Forbidden:
        raise ViewOver from None
    counting = rights.proved_by(seen.factors)
    return Visitor(
        session=session,
        token=seen,
        rights=counting,
        lacks_second_factor=counting is not rights,
        view=view,
    )


def _is_shown(view: View) -> bool:
    """Whatever a page would do by itself: these are about the contract, and only read."""
    here = (request.view_args or {}).get("tenant") == view.tenant
    return request.method in ("GET", "HEAD") and (here or request.endpoint == "portal.home")


def _as_proved_here(token: AccessToken, session: Session) -> AccessToken:
    """The portal's token is as old as its code; what he proved since stands in his session."""
    proved_at = session.auth_time
    return replace(token, auth_time=proved_at, proved_at=proved_at, factors=frozenset(session.amr))
