"""What was wrong with a request that may not be answered to the client, for the person here."""

from __future__ import annotations

from flask_babel import gettext as _

from gateway.oauth.authorizing import NoRedirect


def refusal_words(refused: NoRedirect) -> str:
    known = {
        ("invalid_client", "client_id"): _(
            "The application that sent you here is not known to us."
        ),
        ("invalid_request", "redirect_uri"): _(
            "The application asks to be answered at an address that it has not registered."
        ),
        ("access_denied", "client_id"): _(
            "This application is for the people of one contract, and you hold nothing in it."
        ),
        ("missing", "client_id"): _(
            "The application did not say which one it is, or said it twice."
        ),
        ("missing", "redirect_uri"): _(
            "The application did not say where to send the answer, or said it twice."
        ),
        ("invalid_request_uri", "request_uri"): _(
            "This request has been used already, or is too old. Go back to the application and"
            " start again."
        ),
        ("invalid_request", "state"): _("The application sent more than we take."),
    }
    fallback = _("The application that sent you here made a mistake.")
    return known.get((refused.why, refused.parameter), fallback)
