"""The portal: an OAuth client of its own gateway that shows what the calls answer."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, request, url_for
from werkzeug.routing import BaseConverter, ValidationError

from contracts.codes import RequestNumber, TenantCode
from gateway.pages import guard
from gateway.pages.errors import error_page
from gateway.pages.going import see_other
from gateway.pages.languages import here
from gateway.pages.resume import SIGNED_OUT, offer_again
from gateway.portal import (
    access_pages,
    account,
    account_factors,
    account_information,
    application_pages,
    back_office,
    client_pages,
    consent_pages,
    console,
    contract_pages,
    entry,
    factor_pages,
    handover_pages,
    home,
    invoicing_pages,
    life_pages,
    my_data,
    office_recovery_pages,
    opening_pages,
    order_form_pages,
    organisation_pages,
    people_pages,
    perimeter,
    queue_pages,
    reasons,
    recovery_pages,
    rename_pages,
    request_form_pages,
    request_pages,
    security_pages,
    see_as_pages,
    services,
    session_pages,
    staff_pages,
    step_up,
    subscription_pages,
    support_access_pages,
    support_pages,
    termination_pages,
    trail_pages,
    users,
)
from gateway.portal.account_tabs import account_context
from gateway.portal.shell import shell_context
from gateway.portal.visitors import SignInNeeded


class TenantConverter(BaseConverter):
    """``OCB0000001`` in a path; anything else is an address that does not exist."""

    def to_python(self, value: str) -> TenantCode:
        try:
            return TenantCode(value)
        except ValueError:
            raise ValidationError from None


class RequestNumberConverter(BaseConverter):
    """``D0001234`` in a path."""

    def to_python(self, value: str) -> RequestNumber:
        try:
            return RequestNumber(value)
        except ValueError:
            raise ValidationError from None


def install(app: Flask) -> None:
    """After ``gateway.pages.install``."""
    app.url_map.converters["tenant"] = TenantConverter
    app.url_map.converters["request_number"] = RequestNumberConverter
    blueprint = Blueprint("portal", __name__)
    guard(blueprint)
    blueprint.register_error_handler(SignInNeeded, _sign_in)
    blueprint.context_processor(shell_context)
    blueprint.context_processor(account_context)
    for part in (
        entry,
        step_up,
        home,
        perimeter,
        opening_pages,
        order_form_pages,
        organisation_pages,
        contract_pages,
        life_pages,
        termination_pages,
        support_pages,
        invoicing_pages,
        rename_pages,
        users,
        handover_pages,
        access_pages,
        support_access_pages,
        security_pages,
        services,
        subscription_pages,
        request_pages,
        request_form_pages,
        trail_pages,
        account,
        account_factors,
        factor_pages,
        session_pages,
        account_information,
        consent_pages,
        application_pages,
        console,
        back_office,
        client_pages,
        staff_pages,
        people_pages,
        queue_pages,
        recovery_pages,
        office_recovery_pages,
        see_as_pages,
        my_data,
        reasons,
    ):
        part.register(blueprint)
    app.register_blueprint(blueprint)


def _sign_in(error: Exception) -> Response:
    """A page leads through the sign-in and back; a form is kept to be sent again after it."""
    if request.method == "GET":
        return see_other(url_for("portal.start", next=here()))
    return offer_again(SIGNED_OUT, status=403) or error_page(403)
