"""One-time links from mails. Opening one changes nothing, however often a mail scanner does.

What a link is for decides what its page says and what sending its form does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, make_response, render_template, url_for
from flask_babel import gettext

from contracts.codes import CredentialKind, Language
from contracts.identity import (
    LinkPurpose,
    NotMe,
    answer_invitation,
    confirm_mail_change,
    disown,
    read_link,
    set_password_by_link,
)
from gateway.i18n import prefer_language
from gateway.pages.forms import Form, secret, sent_form
from gateway.pages.going import see_other
from gateway.pages.roles import roles_in_words
from gateway.pages.visit import ask_as_gateway, origin
from gateway.pages.words import link_words, not_me_words, password_rules
from servicekit.errors import GuichetError, NotFound

Read = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Desk:
    """``show``: the page, with a form and a status; ``use``: what its form does."""

    show: Callable[..., Response]
    use: Callable[[str, Read, Form], Response]


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/links/<token>", "link", open_link, methods=["GET"])
    blueprint.add_url_rule("/links/<token>", "use_link", use_link, methods=["POST"])
    blueprint.add_url_rule("/links/done/<what>", "link_done", tell_done, methods=["GET"])


def open_link(token: str) -> Response:
    link = _read(token)
    return _desk_of(link).show(link, Form()) if link else _unusable_page()


def use_link(token: str) -> Response:
    link = _read(token)
    if link is None:
        return _unusable_page()
    desk, form = _desk_of(link), sent_form()
    try:
        return desk.use(token, link, form)
    except NotFound:
        return _unusable_page()
    except GuichetError as error:
        return desk.show(link, form.refused(error), status=error.status)


def tell_done(what: str) -> Response:
    """Nobody need be signed in to answer a link, so the last page is one for everybody."""
    title, about = _done_words().get(what, _done_words()["declined"])
    return make_response(render_template("pages/link_done.html", title=title, about=about))


def _read(token: str) -> Read | None:
    try:
        link = ask_as_gateway(read_link, {"token": token, **origin()})
    except NotFound:
        return None
    prefer_language(Language(link["language"]))
    return link


# --- a password ---------------------------------------------------------------------------------


def _set_password(token: str, link: Read, form: Form) -> Response:
    password = secret("password")
    if password != secret("password_again"):
        again = gettext("The two entries are not the same.")
        return _password_page(link, form.faulty({"password_again": again}), status=422)
    done = ask_as_gateway(set_password_by_link, {"token": token, "password": password, **origin()})
    return _to_sign_in(done)


def _to_sign_in(done: Read) -> Response:
    if done["credential"] == CredentialKind.API:
        known = {"domain": done["tenant"], "identifier": done["user_name"]}
        return see_other(url_for("pages.sign_in", method="api", **known), "password-set")
    return see_other(
        url_for("pages.sign_in", method="portal", login=done["user_name"]), "password-set"
    )


def _password_page(link: Read, form: Form, *, status: int = 200) -> Response:
    title, about = link_words(link)
    page = render_template(
        "pages/set_password.html",
        title=title,
        about=about,
        link=link,
        rules=password_rules(link["rules"]),
        form=form,
    )
    return make_response(page, status)


# --- an invitation ------------------------------------------------------------------------------


def _answer(token: str, link: Read, form: Form) -> Response:
    accept = form.value("answer") == "accept"
    if not accept and form.value("answer") != "decline":
        chosen = gettext("Accept or decline.")
        return _invitation_page(link, form.faulty({"answer": chosen}), status=422)
    ask_as_gateway(answer_invitation, {"token": token, "accept": accept})
    return see_other(url_for("pages.link_done", what="accepted" if accept else "declined"))


def _invitation_page(link: Read, form: Form, *, status: int = 200) -> Response:
    page = render_template(
        "pages/invitation.html",
        link=link,
        roles=roles_in_words(link["invitation"]["roles"]),
        form=form,
    )
    return make_response(page, status)


# --- another address ----------------------------------------------------------------------------


def _confirm_mail(token: str, link: Read, form: Form) -> Response:
    ask_as_gateway(confirm_mail_change, {"token": token})
    return see_other(url_for("pages.link_done", what="mail-changed"))


def _mail_page(link: Read, form: Form, *, status: int = 200) -> Response:
    page = render_template("pages/mail_change.html", link=link, form=form)
    return make_response(page, status)


# --- it was not me ------------------------------------------------------------------------------


def _disown(token: str, link: Read, form: Form) -> Response:
    done = ask_as_gateway(disown, {"token": token, **origin()})
    return see_other(url_for("pages.link_done", what="blocked" if done["blocked"] else "reported"))


def _not_me_page(link: Read, form: Form, *, status: int = 200) -> Response:
    blocks = link["about"] != NotMe.LOCKED
    title, about = not_me_words(link, blocks=blocks)
    page = render_template(
        "pages/not_me.html", title=title, about=about, blocks=blocks, link=link, form=form
    )
    return make_response(page, status)


def _desk_of(link: Read) -> Desk:
    return _DESKS.get(LinkPurpose(link["purpose"]), _PASSWORD)


_PASSWORD = Desk(_password_page, _set_password)
_DESKS: Mapping[LinkPurpose, Desk] = {
    LinkPurpose.INVITATION: Desk(_invitation_page, _answer),
    LinkPurpose.MAIL_CHANGE: Desk(_mail_page, _confirm_mail),
    LinkPurpose.NOT_ME: Desk(_not_me_page, _disown),
}


def _done_words() -> dict[str, tuple[str, str]]:
    return {
        "accepted": (
            gettext("You have accepted the invitation"),
            gettext("The contract stands among yours in the customer space."),
        ),
        "declined": (
            gettext("You have declined the invitation"),
            gettext("You are no user of that contract. Whoever invited you is told."),
        ),
        "blocked": (
            gettext("Everything is closed"),
            gettext(
                "All sessions have ended and the password opens nothing any more. A mail with a"
                " link to choose another one is on its way to you."
            ),
        ),
        "reported": (
            gettext("Thank you for telling us"),
            gettext(
                "Your password was not found. A mail with a link to choose another one is on its"
                " way to you, if you wish to."
            ),
        ),
        "mail-changed": (
            gettext("Your new address is confirmed"),
            gettext("From now on our messages go there."),
        ),
    }


def _unusable_page() -> Response:
    return make_response(render_template("pages/link_not_usable.html"), 404)
