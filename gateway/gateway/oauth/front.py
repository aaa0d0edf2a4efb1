"""The endpoints a browser comes to: authorization, consent, sign-out. Pages, never JSON."""

from __future__ import annotations

import secrets
from urllib.parse import parse_qsl, urlencode

import structlog
from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc6749 import OAuth2Error
from authlib.oidc.rpinitiated.end_session import EndSessionRequest
from flask import (
    Blueprint,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask import session as page_cookie
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from contracts.rights import FRESH_PROOF
from contracts.tenancy import name_contract
from gateway.i18n import current_language
from gateway.oauth.asking import Asking, plain_path
from gateway.oauth.authorizing import NoRedirect, Question, read_question, refused
from gateway.oauth.consent_words import scope_words
from gateway.oauth.grants import AuthorizationCodeGrant
from gateway.oauth.interaction import Step, next_step
from gateway.oauth.protocol_request import Parameters
from gateway.oauth.pushing import REQUEST_URI, is_pushed
from gateway.oauth.refusal_words import refusal_words
from gateway.oauth.sessions import Session
from gateway.oauth.ways_in import opened_scope, opens_nothing
from gateway.pages.csrf import FIELD, StaleForm, refuse_stale_form, renew_form_secret
from gateway.pages.errors import crash, error_page, http_error, refusal, stale
from gateway.pages.headers import allow_form_target
from gateway.pages.local_paths import origin_after
from gateway.pages.visit import ask_as_gateway, browser_session, call_id, parts
from gateway.wire import Circumstances
from servicekit.errors import GuichetError, NotFound, Unavailable

_BROWSER = "asked"
_log = structlog.get_logger(__name__)


def create_front() -> Blueprint:
    """Forms of other sites come here by protocol, so each view looks after its own forms."""
    blueprint = Blueprint("provider_pages", __name__)
    blueprint.register_error_handler(GuichetError, refusal)
    blueprint.register_error_handler(HTTPException, http_error)
    blueprint.register_error_handler(Exception, crash)
    blueprint.register_error_handler(StaleForm, stale)
    blueprint.register_error_handler(NoRedirect, _say_here)
    blueprint.register_error_handler(OAuth2Error, _say_there)
    blueprint.add_url_rule("/oauth/authorize", view_func=authorize, methods=["GET", "POST"])
    blueprint.add_url_rule("/oauth/consent", view_func=consent, methods=["POST"])
    blueprint.add_url_rule("/oauth/logout", view_func=sign_out, methods=["GET", "POST"])
    return blueprint


# --- authorization ------------------------------------------------------------------------------


def authorize() -> Response:
    if request.method == "POST":
        # Asked by a form of the client: our cookies come along with a GET only (SameSite=Lax).
        return redirect(plain_path(request.form), 303)
    sent = request.args
    if is_pushed(sent) and _asking().asked_at(sent) is None:
        return redirect(_opened_path(sent), 303)
    values = _values_of(sent)
    question = _question(sent, values)
    session = browser_session()
    grant = _grant(values, session)
    step = _next_step(question, grant, session, sent, consented=False)
    if step is Step.SIGN_IN:
        return redirect(_sign_in_path(question, sent), 303)
    if session is not None and not _knows_owner(question, session):
        return _turn_away(question, values, sent)
    if step is Step.CONSENT:
        return _consent_page(question, grant, sent)
    _close(sent)
    if session is None or step is not Step.PROCEED:
        return _send_back(refused(step.value), question, values)
    if opens_nothing(grant.request.scope, method=session.method):
        return _send_back(refused("access_denied"), question, values)
    grant.request.proved_here = _is_proved_here(question, session, sent)
    return _answer(grant, session)


def consent() -> Response:
    """The person's answer to the consent page; the request is read and judged anew."""
    refuse_stale_form()
    sent: Parameters = MultiDict(parse_qsl(request.form.get("asked", "")))
    values = _values_of(sent)
    question = _question(sent, values)
    session = browser_session()
    grant = _grant(values, session)
    step = _next_step(question, grant, session, sent, consented=True)
    if session is None or step is not Step.PROCEED:
        return redirect(_asking().path(sent), 303)
    if not _knows_owner(question, session):
        return _turn_away(question, values, sent)
    _close(sent)
    nothing = opens_nothing(grant.request.scope, method=session.method)
    if request.form.get("decision") != "allow" or nothing:
        return _answer(grant, None)
    parts().server.grants.add_consent(
        person_id=session.person_id, client_id=question.client.client_id, scope=grant.request.scope
    )
    grant.request.proved_here = _is_proved_here(question, session, sent)
    return _answer(grant, session)


def _knows_owner(question: Question, session: Session) -> bool:
    """Whether the person holds anything in the tenant whose application asks: it is for its own
    people, and learns the name and address of nobody else.
    """
    owner = question.client.row.owned_by
    if owner is None:
        return True
    about = Circumstances(language=current_language(), call_id=call_id())
    return owner in parts().rights.resolve(session.person_id, about).tenants


def _turn_away(question: Question, values: Parameters, sent: Parameters) -> Response:
    """In words, here; to the client only where it asked that no page be shown."""
    _close(sent)
    if "none" in question.prompt:
        return _send_back(refused("access_denied"), question, values)
    return _say_here(NoRedirect("access_denied", "client_id"))


def _values_of(sent: Parameters) -> Parameters:
    """What is asked: it stands in the address, or was pushed before (RFC 9126)."""
    if not is_pushed(sent):
        return sent
    if _asking().asked_at(sent) is None:
        raise NoRedirect("invalid_request_uri", REQUEST_URI)
    return parts().server.pushed.opened(sent[REQUEST_URI], client_id=sent.get("client_id", ""))


def _opened_path(sent: Parameters) -> str:
    """From here on only with our stamp. The redirect URI is for the policies of our pages."""
    known = {REQUEST_URI: sent[REQUEST_URI], "client_id": sent.get("client_id", "")}
    values = parts().server.pushed.open(known[REQUEST_URI], client_id=known["client_id"])
    return _asking().path(MultiDict({**known, "redirect_uri": values["redirect_uri"]}))


def _close(sent: Parameters) -> None:
    """Once it is answered, a pushed request is gone."""
    if is_pushed(sent):
        parts().server.pushed.close(sent[REQUEST_URI])


def _question(sent: Parameters, values: Parameters) -> Question:
    server = parts().server
    return read_question(
        server.clients, values, subject_of=server.subject_of, pushed=is_pushed(sent)
    )


def _grant(values: Parameters, session: Session | None) -> AuthorizationCodeGrant:
    """With the scopes that the way in opens: what is shown, agreed to and granted is the same."""
    grant: AuthorizationCodeGrant = parts().server.get_consent_grant(values)
    if session is not None:
        grant.request.scope = opened_scope(grant.request.scope or "", method=session.method)
    return grant


def _next_step(
    question: Question,
    grant: AuthorizationCodeGrant,
    session: Session | None,
    sent: Parameters,
    *,
    consented: bool,
) -> Step:
    """``consented``: just now, on our page."""
    clock = parts().clock
    return next_step(
        prompt=question.prompt - {"consent"} if consented else question.prompt,
        max_age=question.max_age,
        auth_time=session.auth_time if session else None,
        asked_at=_asking().asked_at(sent),
        consented=consented or _consented(question, grant, session),
        now=clock.now(),
        fault=question.wishes.fault(session),
        own_proof=_wants_own_proof(question),
    )


def _wants_own_proof(question: Question) -> bool:
    """Who comes with the ``max_age`` of our challenge (RFC 9470) and is not ours wants a proof that
    counts, and none made elsewhere does.
    """
    max_age = question.max_age
    return not question.client.own and max_age is not None and max_age <= FRESH_PROOF


def _is_proved_here(question: Question, session: Session, sent: Parameters) -> bool:
    """Whether this very request asked who he is and he proved it then: what he proves elsewhere,
    in the portal for example, is no word for the acts of this application.
    """
    asked_at = _asking().asked_at(sent)
    asks = question.max_age is not None or "login" in question.prompt
    return asks and asked_at is not None and session.auth_time >= asked_at


def _consented(question: Question, grant: AuthorizationCodeGrant, session: Session | None) -> bool:
    if question.client.row.first_party or session is None:
        return True
    given = parts().server.grants.consented(
        person_id=session.person_id, client_id=question.client.client_id
    )
    return given.issuperset(grant.request.scope.split())


def _sign_in_path(question: Question, sent: Parameters) -> str:
    known = {"next": _asking().path(sent)}
    if question.login_hint:
        known["login"] = question.login_hint
    if question.language:
        known["lang"] = question.language.value
    return f"{url_for('pages.sign_in')}?{urlencode(known)}"


def _consent_page(question: Question, grant: AuthorizationCodeGrant, sent: Parameters) -> Response:
    path = plain_path(sent)
    allow_form_target(origin_after(path))
    page = render_template(
        "oauth/consent.html",
        client=question.client.row.name,
        owner=_owner_of(question),
        wishes=scope_words(grant.request.scope.split()),
        # With its stamp: who has just signed in for this request is not asked to again.
        asked=urlencode(list(sent.items())),
    )
    return make_response(page, 200)


def _owner_of(question: Question) -> str | None:
    """The contract whose application it is, by name and code; by its code alone where its name
    cannot be asked now.
    """
    code = question.client.row.owned_by
    if code is None:
        return None
    try:
        named = ask_as_gateway(name_contract, {"contract": code})
    except (NotFound, Unavailable):
        return code
    return f"{named['name']} ({code})"


def _answer(grant: AuthorizationCodeGrant, session: Session | None) -> Response:
    """Back to the client with a code, or with ``access_denied``."""
    response: Response = parts().server.create_authorization_response(
        grant.request, grant_user=session, grant=grant
    )
    response.status_code = 303
    return response


def _asking() -> Asking:
    browser = page_cookie.setdefault(_BROWSER, secrets.token_urlsafe(16))
    key = parts().vault.key_for("authorization request")
    return Asking(key=key, clock=parts().clock, browser=browser)


# --- what is wrong with a request ---------------------------------------------------------------


def _send_back(error: OAuth2Error, question: Question, values: Parameters) -> Response:
    error.redirect_uri, error.state = question.redirect_uri, values.get("state")
    return _say_there(error)


def _say_there(error: OAuth2Error) -> Response:
    """To the client, where its redirect URI was found good; else here."""
    if not error.redirect_uri:
        return _say_here(NoRedirect(error.error, request.endpoint or ""))
    told = [*error.get_body(), ("iss", parts().settings.issuer)]
    return redirect(add_params_to_uri(error.redirect_uri, told), 303)


def _say_here(error: NoRedirect) -> Response:
    _log.info("authorization-refused", error=error.error, parameter=error.parameter)
    # The words for the person, the code for whom he asks for help.
    detail = f"{refusal_words(error)} ({error.error}: {error.parameter})"
    return error_page(400, detail=detail)


# --- sign-out -----------------------------------------------------------------------------------


def sign_out() -> Response:
    """RP-initiated logout. An ID token of this very session signs out at once; anything else is
    asked first, so that a link on a foreign page signs nobody out.
    """
    if request.method == "POST" and FIELD not in request.form:
        # By a form of the application: without our cookie nobody would seem to be signed in.
        return redirect(f"{request.path}?{urlencode(list(request.form.items(multi=True)))}", 303)
    values = request.form if request.method == "POST" else request.args
    asked: EndSessionRequest = parts().server.validate_endpoint_request("end_session", values)
    session = browser_session()
    if session is not None and not _is_of(session, asked) and not _confirmed():
        return _sign_out_page(asked, values)
    response = _after_sign_out(asked)
    parts().sessions.end(response, request)
    renew_form_secret()
    return response


def _is_of(session: Session, asked: EndSessionRequest) -> bool:
    sid = (asked.id_token_claims or {}).get("sid")
    return sid == str(session.session_id)


def _confirmed() -> bool:
    """By our own page: its form brings the page's token."""
    if request.method != "POST":
        return False
    refuse_stale_form()
    return True


def _after_sign_out(asked: EndSessionRequest) -> Response:
    if asked.redirect_uri:
        return redirect(asked.redirect_uri, 303)
    flash({"code": "signed-out"}, "notice")
    return redirect(url_for("pages.sign_in"), 303)


def _sign_out_page(asked: EndSessionRequest, values: Parameters) -> Response:
    if asked.redirect_uri:
        target = urlencode({"redirect_uri": asked.redirect_uri})
        allow_form_target(origin_after(f"/oauth/authorize?{target}"))
    kept = [(name, value) for name, value in values.items() if name != FIELD]
    page = render_template(
        "oauth/sign_out.html", client=asked.client.row.name if asked.client else None, kept=kept
    )
    return make_response(page, 200)
