"""Handing an office over: choosing to whom, seeing what that leads to, offering; the other side's
answer; and what staff do about an office that one holds oneself."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, make_response, render_template, url_for
from flask_babel import gettext

from contracts.codes import Office, TenantCode
from contracts.declare import Call
from contracts.identity import list_users
from contracts.tenancy import (
    accept_handover,
    decline_handover,
    foresee_handover,
    get_handover,
    list_handovers,
    list_own_handovers,
    object_to_office_recovery,
    offer_handover,
    withdraw_handover,
)
from gateway.api.wording import sentence
from gateway.i18n import current_language
from gateway.pages.forms import Form, asked_form, sent_form
from gateway.pages.going import see_other
from gateway.portal.handover_words import (
    change_names,
    ends,
    handover_states,
    office_recovery_states,
    party_name,
)
from gateway.portal.lists import asked_page, page_links
from gateway.portal.refusals import REFUSALS
from gateway.portal.shell import Column, Link, contract_head
from gateway.portal.user_states import full_name
from gateway.portal.visitors import ask, visitor
from gateway.portal.words import office_names
from servicekit.errors import NotFound, Unavailable

_OFFER = "/contracts/<tenant:tenant>/users/handover/<any(referent, domain_owner):office>"
_ONE = "/contracts/<tenant:tenant>/handovers/<uuid:handover_id>"
_RECOVERY = "/account/office-recoveries/<tenant:tenant>/<uuid:recovery_id>"
_MOST_USERS = 200  # to choose from
_ANSWERS: dict[str, Call] = {
    "accept": accept_handover,
    "decline": decline_handover,
    "withdraw": withdraw_handover,
}


def register(blueprint: Blueprint) -> None:
    rule = blueprint.add_url_rule
    rule(_OFFER, "users_handover", show_offer, methods=["GET"])
    rule(_OFFER, "users_do_hand_over", offer, methods=["POST"])
    rule("/contracts/<tenant:tenant>/handovers", "users_handovers", show_all, methods=["GET"])
    rule(_ONE, "handover", show_one, methods=["GET"])
    for name in _ANSWERS:
        rule(f"{_ONE}/{name}", f"handover_{name}", _answering(name), methods=["POST"])
    rule(_RECOVERY, "own_office_recovery", show_recovery, methods=["GET"])
    rule(_RECOVERY, "own_office_recovery_object", object_to, methods=["POST"])


def handover_links(tenant: TenantCode) -> list[Link]:
    """The buttons of the tab Users: one for each office that the visitor holds."""
    held = visitor().rights.holding(tenant).offices if visitor().may(offer_handover, tenant) else ()
    return [
        Link(label, url_for("portal.users_handover", tenant=tenant, office=office))
        for office, label in change_names().items()
        if office in held
    ]


def show_offer(tenant: TenantCode, office: str) -> Response:
    return _offer_page(tenant, office, asked_form())


def offer(tenant: TenantCode, office: str) -> Response:
    form = sent_form()
    try:
        handover = ask(offer_handover, _wanted(tenant, office, form), form=form)
    except REFUSALS as error:
        return _offer_page(tenant, office, form.refused(error), status=error.status)
    return see_other(
        url_for("portal.handover", tenant=tenant, handover_id=handover["handover_id"]),
        "handover-offered",
        name=party_name(handover["successor"]),
    )


def _wanted(tenant: TenantCode, office: str, form: Form) -> dict[str, Any]:
    return {
        "tenant": tenant,
        "office": office,
        "person_id": form.value("person_id"),
        "drop_rights": form.value("drop_rights") == "yes",
    }


def _offer_page(tenant: TenantCode, office: str, form: Form, *, status: int = 200) -> Response:
    """First who and whether he loses his rights; then what that leads to, and the offer itself."""
    chosen, outlook = form.value("person_id"), None
    if chosen:
        try:
            outlook = ask(foresee_handover, _wanted(tenant, office, form))
        except REFUSALS as error:
            form, status = form.refused(error), error.status
    refusal = outlook["refusal"] if outlook else None
    users = _users(tenant)
    page = render_template(
        "portal/handover_offer.html",
        head=contract_head(tenant),
        form=form,
        office=office,
        title=change_names()[Office(office)],
        office_name=office_names()[Office(office)],
        users=users,
        outlook=outlook,
        told=sentence(refusal["code"], current_language(), refusal["details"]) if refusal else None,
        name=dict(users).get(chosen, ""),
        drops=form.value("drop_rights") == "yes",
    )
    return make_response(page, status)


def _users(tenant: TenantCode) -> list[tuple[str, str]]:
    """Those who could hold an office: by family name, without the visitor himself."""
    listed = ask(list_users, {"tenant": tenant, "limit": _MOST_USERS})["items"]
    me = str(visitor().session.person_id)
    return [
        (user["person_id"], f"{full_name(user)} ({user['login']})")
        for user in listed
        if user["activated"] and not user["disabled_at"] and user["person_id"] != me
    ]


def show_all(tenant: TenantCode) -> str:
    answer = ask(list_handovers, {"tenant": tenant, **asked_page()})
    offices, states = office_names(), handover_states()
    return render_template(
        "portal/handovers.html",
        head=contract_head(tenant),
        columns=[
            Column(gettext("Office")),
            Column(gettext("From")),
            Column(gettext("To")),
            Column(gettext("State")),
            Column(gettext("Offered")),
        ],
        rows=[
            (
                one,
                offices[one["office"]],
                party_name(one["holder"]),
                party_name(one["successor"]),
                states[one["state"]],
            )
            for one in answer["items"]
        ],
        pages=page_links(answer, "portal.users_handovers", tenant=tenant),
    )


def show_one(tenant: TenantCode, handover_id: UUID) -> Response:
    return _one_page(tenant, handover_id, Form())


def _answering(name: str) -> Any:
    def answer(tenant: TenantCode, handover_id: UUID) -> Response:
        form = sent_form()
        try:
            ask(_ANSWERS[name], {"tenant": tenant, "handover_id": str(handover_id)}, form=form)
        except REFUSALS as error:
            return _one_page(tenant, handover_id, form.refused(error), status=error.status)
        here = url_for("portal.handover", tenant=tenant, handover_id=handover_id)
        return see_other(here, f"handover-{name}")

    return answer


def _one_page(tenant: TenantCode, handover_id: UUID, form: Form, *, status: int = 200) -> Response:
    """For either side, who may hold no right that opens a tab of the contract."""
    handover = ask(get_handover, {"tenant": tenant, "handover_id": str(handover_id)})
    is_holder = handover["holder"]["person_id"] == str(visitor().session.person_id)
    state, why = handover["state"], handover["ended_why"]
    page = render_template(
        "portal/handover.html",
        head=contract_head(tenant),
        form=form,
        handover=handover,
        title=change_names()[handover["office"]],
        office_name=office_names()[handover["office"]],
        holder=party_name(handover["holder"]),
        successor=party_name(handover["successor"]),
        state=handover_states()[state],
        why=ends()[why] if why else None,
        may_accept=not is_holder and state == "offered",
        may_decline=not is_holder and state in ("offered", "accepted"),
        may_withdraw=is_holder and state in ("offered", "accepted"),
    )
    return make_response(page, status)


def show_recovery(tenant: TenantCode, recovery_id: UUID) -> Response:
    return _recovery_page(tenant, recovery_id, Form())


def object_to(tenant: TenantCode, recovery_id: UUID) -> Response:
    form, asked = sent_form(), {"tenant": tenant, "recovery_id": str(recovery_id)}
    try:
        ask(object_to_office_recovery, asked, form=form)
    except REFUSALS as error:
        return _recovery_page(tenant, recovery_id, form.refused(error), status=error.status)
    return see_other(url_for("portal.home"), "office-recovery-stopped")


def _recovery_page(
    tenant: TenantCode, recovery_id: UUID, form: Form, *, status: int = 200
) -> Response:
    found = [
        one
        for one in ask(list_own_handovers)["recoveries"]
        if one["recovery_id"] == str(recovery_id) and one["tenant"] == tenant
    ]
    if not found:
        raise NotFound("office-recovery-unknown")
    page = render_template(
        "portal/office_recovery.html",
        head=contract_head(tenant),
        form=form,
        recovery=found[0],
        office_name=office_names()[found[0]["office"]],
        state=office_recovery_states()[found[0]["state"]],
    )
    return make_response(page, status)


def banners() -> list[tuple[str, str, str]]:
    """What waits for the visitor, or happens to an office of his: sentence, link's words, link.
    The page it stands on is shown also where nobody can tell; who looks as somebody else is not
    him."""
    if visitor().view is not None:
        return []
    try:
        own = ask(list_own_handovers)
    except Unavailable:
        return []
    me = str(visitor().session.person_id)
    return [
        *(_recovery_banner(one) for one in own["recoveries"]),
        *(_handover_banner(one, mine=one["holder"]["person_id"] == me) for one in own["handovers"]),
    ]


def _recovery_banner(one: dict[str, Any]) -> tuple[str, str, str]:
    told = gettext(
        "Our sales team wants to name %(name)s in your place: %(office)s of contract %(code)s.",
        name=f"{one['given_name']} {one['family_name']}",
        office=office_names()[one["office"]],
        code=one["tenant"],
    )
    where = {"tenant": one["tenant"], "recovery_id": one["recovery_id"]}
    return told, gettext("See and stop it"), url_for("portal.own_office_recovery", **where)


def _handover_banner(one: dict[str, Any], *, mine: bool) -> tuple[str, str, str]:
    named = {"office": office_names()[one["office"]], "code": one["tenant"]}
    if mine:
        named["name"] = party_name(one["successor"])
        told = gettext("You offered to %(name)s: %(office)s of contract %(code)s.", **named)
    else:
        named["name"] = party_name(one["holder"])
        told = gettext("%(name)s offers you: %(office)s of contract %(code)s.", **named)
    where = {"tenant": one["tenant"], "handover_id": one["handover_id"]}
    return told, gettext("See this change"), url_for("portal.handover", **where)
