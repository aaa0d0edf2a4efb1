"""Pages are counted before anything is done for them; programs where they prove who they are."""

from __future__ import annotations

from flask import Flask, request

from gateway.limits.admission import Admission, tell_standing
from gateway.pages.visit import browser_session, parts

# Probes of the operator, and files that cost no more than a refusal.
_FREE = ("ops", "static")
_BY_CLIENT = "provider"


def guard_pages(app: Flask, admission: Admission) -> None:
    def admit() -> None:
        if request.blueprint in (*_FREE, _BY_CLIENT) or request.endpoint in _FREE:
            return
        if not parts().sessions.knows(request):
            # A cookie may be made up: nothing is read for it while its address has spent all.
            admission.refuse_stranger()
        session = browser_session()
        if session is None:
            admission.admit_stranger()
        else:
            admission.admit_person(session.person_id)

    app.before_request(admit)
    app.after_request(tell_standing)
