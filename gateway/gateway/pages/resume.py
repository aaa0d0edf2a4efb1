"""Nothing typed is lost: a form that could not be taken is offered again, ready to send.

For a form older than its session, a session that ended, a service that does not answer. The
idempotency key travels along, so that sending again is the same act.
"""

from __future__ import annotations

from flask import Response, make_response, render_template, request, url_for

from gateway.pages.csrf import FIELD, from_this_site
from gateway.pages.forms import SECRET_FIELDS, Form
from gateway.pages.visit import call_id
from gateway.pages.words import resume_words, secret_labels

SIGNED_OUT, STALE, UNAVAILABLE, BUSY = "signed-out", "stale", "unavailable", "busy"


def offer_again(why: str, *, status: int, retry_after: int | None = None) -> Response | None:
    """The page, or None where this request is no form of our own pages.

    Only what the browser vouches for is offered: else another site could have its form confirmed.
    """
    if request.method != "POST" or not from_this_site():
        return None
    kept = [
        (name, value)
        for name in request.form
        if name != FIELD and name not in SECRET_FIELDS
        for value in request.form.getlist(name)
    ]
    labels = secret_labels()
    title, about = resume_words(why)
    page = render_template(
        "pages/resume.html",
        title=title,
        about=about,
        kept=kept,
        secrets=[(name, labels[name]) for name in SECRET_FIELDS if name in request.form],
        sign_in=url_for("portal.start", next=url_for("portal.home")) if why == SIGNED_OUT else None,
        form=Form(),
        call_id=call_id(),
    )
    response = make_response(page, status)
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response
