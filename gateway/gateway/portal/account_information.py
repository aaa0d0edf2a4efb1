"""Mon compte, Information: one's names, number, language, address, contracts and API logins."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, render_template, url_for

from contracts.codes import Language, TenantCode
from contracts.identity import (
    accept_invitation,
    change_account,
    get_account,
    leave_tenant,
    list_own_invitations,
    request_mail_change,
    request_own_api_password_link,
    reset_own_failed_login,
)
from gateway.i18n import remember_language
from gateway.pages.forms import Form, filled, sent_form
from gateway.pages.going import see_other
from gateway.pages.roles import roles_in_words
from gateway.portal.iam import iam_columns, iam_rows
from gateway.portal.meanwhile import overtaken
from gateway.portal.refusals import REFUSALS
from gateway.portal.visitors import ask, visitor
from gateway.portal.words import language_names
from servicekit.editions import edition_of

_IAM = "/account/iam-users/<uuid:iam_user_id>"
_LEAVE = "/account/contracts/<tenant:tenant>/leave"
_NAMES = ("given_name", "family_name")
_MOST_CONTRACTS = 100  # shown here; the home page lists all of them


def register(blueprint: Blueprint) -> None:
    rule = blueprint.add_url_rule
    rule("/account", "account", show_account, methods=["GET"])
    rule("/account", "account_change", change, methods=["POST"])
    rule("/account/mail", "account_mail", show_mail, methods=["GET"])
    rule("/account/mail", "account_ask_mail", ask_mail, methods=["POST"])
    rule(f"{_IAM}/reset-failed-login", "account_reset", reset_failed_login, methods=["POST"])
    rule(f"{_IAM}/password", "account_api_password", show_api_password, methods=["GET"])
    rule(f"{_IAM}/password", "account_mail_api_link", mail_api_link, methods=["POST"])
    rule(_LEAVE, "account_leave", ask_leave, methods=["GET"])
    rule(_LEAVE, "account_do_leave", leave, methods=["POST"])
    accepting = "/account/invitations/<tenant:tenant>/accept"
    rule(accepting, "account_accept", accept, methods=["POST"])


def show_account() -> Response:
    account = ask(get_account)
    return _account_page(_filled(account), account=account)


def _filled(account: dict[str, Any]) -> Form:
    known = {name: account[name] or "" for name in (*_NAMES, "mobile", "language")}
    return Form(values={**known, "edition": edition_of(account)})


def change() -> Response:
    form = sent_form()
    named = filled(form.values, (*_NAMES, "mobile"))
    asked: dict[str, Any] = {name: named[name] or "" for name in _NAMES}
    asked |= {"language": form.value("language"), "edition": form.value("edition") or None}
    try:
        account = ask(change_account, asked | {"mobile": named["mobile"]}, form=form, null="mobile")
    except REFUSALS as error:
        account = ask(get_account)
        again = overtaken(form, error, _filled(account))
        return _account_page(again, account=account, status=error.status)
    response = see_other(url_for("portal.account"), "account-changed")
    remember_language(response, Language(account["language"]))
    return response


def reset_failed_login(iam_user_id: Any) -> Response:
    form = sent_form()
    try:
        user = ask(reset_own_failed_login, {"iam_user_id": str(iam_user_id)}, form=form)
    except REFUSALS as error:
        return _account_page(form.refused(error), status=error.status)
    return see_other(url_for("portal.account"), "failed-login-reset", name=user["user_name"])


def accept(tenant: TenantCode) -> Response:
    form = sent_form()
    try:
        ask(accept_invitation, {"tenant": tenant}, form=form)
    except REFUSALS as error:
        return _account_page(form.refused(error), status=error.status)
    return see_other(url_for("portal.account"), "invitation-accepted", tenant=tenant)


def _account_page(
    form: Form, *, account: dict[str, Any] | None = None, status: int = 200
) -> Response:
    account = account or ask(get_account)
    page = render_template(
        "portal/account.html",
        account=account,
        form=form,
        languages=language_names(),
        columns=iam_columns(with_domain=True),
        rows=iam_rows(account["iam_users"], may_reset=True),
        contracts=sorted(visitor().rights.tenants)[:_MOST_CONTRACTS],
        invitations=[
            (invitation, roles_in_words(invitation["roles"]))
            for invitation in ask(list_own_invitations)["items"]
        ],
    )
    return make_response(page, status)


# --- another e-mail address -----------------------------------------------------------------------


def show_mail() -> Response:
    return _mail_page(Form())


def ask_mail() -> Response:
    form = sent_form()
    try:
        ask(request_mail_change, {"email": form.value("email").strip()}, form=form)
    except REFUSALS as error:
        return _mail_page(form.refused(error), status=error.status)
    return see_other(url_for("portal.account"), "mail-change-asked", email=form.value("email"))


def _mail_page(form: Form, *, status: int = 200) -> Response:
    page = render_template("portal/account_mail.html", form=form, account=ask(get_account))
    return make_response(page, status)


# --- an API password ------------------------------------------------------------------------------


def show_api_password(iam_user_id: Any) -> Response:
    return _api_password_page(iam_user_id, Form())


def mail_api_link(iam_user_id: Any) -> Response:
    form = sent_form()
    try:
        ask(request_own_api_password_link, {"iam_user_id": str(iam_user_id)}, form=form)
    except REFUSALS as error:
        return _api_password_page(iam_user_id, form.refused(error), status=error.status)
    return see_other(url_for("portal.account"), "api-link-sent")


def _api_password_page(iam_user_id: Any, form: Form, *, status: int = 200) -> Response:
    account = ask(get_account)
    known = {user["iam_user_id"]: user for user in account["iam_users"]}
    page = render_template(
        "portal/account_api_password.html",
        form=form,
        account=account,
        user=known.get(str(iam_user_id)),
    )
    return make_response(page, status)


# --- leaving a contract ---------------------------------------------------------------------------


def ask_leave(tenant: TenantCode) -> Response:
    visitor()  # nothing is asked of a service here, so nothing else leads to the sign-in
    return _leave_page(tenant, Form())


def leave(tenant: TenantCode) -> Response:
    form = sent_form()
    try:
        ask(leave_tenant, {"tenant": tenant}, form=form)
    except REFUSALS as error:
        return _leave_page(tenant, form.refused(error), status=error.status)
    return see_other(url_for("portal.home"), "tenant-left", tenant=tenant)


def _leave_page(tenant: TenantCode, form: Form, *, status: int = 200) -> Response:
    page = render_template("portal/account_leave.html", form=form, tenant=tenant)
    return make_response(page, status)
