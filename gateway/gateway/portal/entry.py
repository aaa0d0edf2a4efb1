"""Into the portal by the authorization code flow, silently where the browser is signed in."""

from __future__ import annotations

import hmac
from dataclasses import astuple
from typing import cast

from flask import Blueprint, Response, request, session, url_for
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization

from gateway.pages.errors import error_page
from gateway.pages.going import see_other
from gateway.pages.local_paths import local_path
from gateway.pages.visit import browser_session, parts
from gateway.portal import client, tokens
from gateway.portal.client import CALLBACK, CLIENT_ID, Flow
from servicekit.errors import Unauthenticated

_FLOWS = "flows"
_MOST_FLOWS = 5


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/portal/start", "start", start, methods=["GET"])
    blueprint.add_url_rule(CALLBACK, "callback", come_back, methods=["GET"])


def start() -> Response:
    """Several tabs may be on their way at once: each keeps its own flow in the page cookie."""
    flow = client.new_flow()
    next_path = local_path(request.args.get("next")) or url_for("portal.home")
    waiting = list(session.get(_FLOWS, []))[-_MOST_FLOWS + 1 :]
    session[_FLOWS] = [*waiting, [*astuple(flow), next_path]]
    return see_other(client.authorization_path(flow))


def come_back() -> Response:
    found = _flow_of(request.args.get("state", ""))
    if found is None or request.args.get("iss") != parts().settings.issuer:
        return error_page(400)
    flow, next_path = found
    signed_in = browser_session()
    if "error" in request.args or signed_in is None:
        return error_page(403)
    try:
        answer = client.exchange(request.args.get("code", ""), flow)
        _check_id_token(answer["id_token"], flow, str(signed_in.person_id))
    except (Unauthenticated, JoseError, KeyError):
        return error_page(403)
    response = see_other(next_path)
    tokens.keep(response, signed_in, answer)
    return response


def _flow_of(state: str) -> tuple[Flow, str] | None:
    """Taken out: a state serves once."""
    flows = list(session.get(_FLOWS, []))
    for kept in flows:
        if hmac.compare_digest(str(kept[0]).encode(), state.encode()):
            session[_FLOWS] = [other for other in flows if other is not kept]
            return Flow(*kept[:3]), str(kept[3])
    return None


def _check_id_token(raw: str, flow: Flow, subject: str) -> None:
    """It answers this very flow, for us, about whoever is signed in here."""
    keys = KeySet.import_key_set(cast(KeySetSerialization, parts().keys.public_set()))
    settings, now = parts().settings, int(parts().clock.now().timestamp())
    claims = jwt.decode(raw, keys, algorithms=["RS256"]).claims
    registry = jwt.JWTClaimsRegistry(
        now=now,
        iss={"essential": True, "value": settings.issuer},
        aud={"essential": True, "value": CLIENT_ID},
        nonce={"essential": True, "value": flow.nonce},
        sub={"essential": True, "value": subject},
    )
    registry.validate(claims)
