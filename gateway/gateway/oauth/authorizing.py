"""An authorization request, read before anything is decided on it.

First the client and the redirect URI: until both are known to belong together, nothing is sent
anywhere. Then what can be told to the client by that URI.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from authlib.oauth2.rfc6749 import OAuth2Error

from contracts.codes import Language
from gateway.oauth.clients import Client, ClientDirectory
from gateway.oauth.interaction import PROMPTS
from gateway.oauth.protocol_request import Parameters, repeated
from gateway.oauth.wishes import Wishes, read_wishes

_LONGEST = 3500  # it must come back through the sign-in page as a path
_LONGEST_HINT = 255
_SECONDS = re.compile(r"[0-9]{1,9}")
# Ways to pass a request that are not offered: said by their own codes (OpenID Connect, section 6).
_NOT_OFFERED = {
    "request": "request_not_supported",
    "request_uri": "request_uri_not_supported",
    "registration": "registration_not_supported",
}


class NoRedirect(Exception):
    """``parameter`` is to blame; ``why`` is ``missing`` where it is not there, or there twice."""

    def __init__(self, error: str, parameter: str, *, missing: bool = False) -> None:
        super().__init__(error, parameter)
        self.error = error
        self.parameter = parameter
        self.why = "missing" if missing else error


@dataclass(frozen=True, slots=True)
class Question:
    client: Client
    redirect_uri: str
    prompt: frozenset[str]
    max_age: timedelta | None
    login_hint: str | None
    language: Language | None
    wishes: Wishes


def read_question(
    clients: ClientDirectory,
    values: Parameters,
    *,
    subject_of: Callable[[str], str],
    pushed: bool = False,
) -> Question:
    """Raises NoRedirect, or OAuth2Error with the redirect URI it may be sent to.

    ``subject_of`` reads an ID token of ours; ``pushed``: it came from the client itself
    (RFC 9126), not through the browser.
    """
    twice = repeated(values)
    client, redirect_uri = _who_and_where(clients, values, twice)
    try:
        if twice:
            raise refused("invalid_request", f"Repeated: {_plain(twice[0])}")
        _check_form(values)
        if client.row.require_pushed_authorization_requests and not pushed:
            raise refused("invalid_request", "This client pushes its requests.")
        return Question(
            client=client,
            redirect_uri=redirect_uri,
            prompt=_prompt(values.get("prompt")),
            max_age=_max_age(values.get("max_age"), client),
            login_hint=_hint(values.get("login_hint")),
            language=_language(values.get("ui_locales")),
            wishes=read_wishes(values, subject_of=subject_of),
        )
    except OAuth2Error as error:
        error.redirect_uri = redirect_uri
        error.state = values.get("state")
        raise


def refused(error: str, description: str | None = None) -> OAuth2Error:
    return OAuth2Error(error=error, description=description)


def _who_and_where(
    clients: ClientDirectory, values: Parameters, twice: list[str]
) -> tuple[Client, str]:
    for parameter in ("client_id", "redirect_uri"):
        if parameter in twice or not values.get(parameter):
            raise NoRedirect("invalid_request", parameter, missing=True)
    client = clients.find(values["client_id"])
    if client is None:
        raise NoRedirect("invalid_client", "client_id")
    redirect_uri = values["redirect_uri"]
    if not client.check_redirect_uri(redirect_uri):
        raise NoRedirect("invalid_request", "redirect_uri")
    if sum(len(name) + len(value) for name, value in values.items()) > _LONGEST:
        raise NoRedirect("invalid_request", "state")
    return client, redirect_uri


def _check_form(values: Parameters) -> None:
    if values.get("response_type") != "code":
        raise refused("unsupported_response_type")
    for parameter, code in _NOT_OFFERED.items():
        if parameter in values:
            raise refused(code)
    if values.get("response_mode", "query") != "query":
        raise refused("invalid_request", "response_mode must be query")


def _prompt(given: str | None) -> frozenset[str]:
    prompt = frozenset((given or "").split())
    if not prompt <= PROMPTS or ("none" in prompt and len(prompt) > 1):
        raise refused("invalid_request", "Invalid 'prompt'")
    return prompt


def _max_age(given: str | None, client: Client) -> timedelta | None:
    """What the client registered holds where the request does not say."""
    if given is None:
        default = client.row.default_max_age
        return None if default is None else timedelta(seconds=default)
    if not _SECONDS.fullmatch(given):
        raise refused("invalid_request", "Invalid 'max_age'")
    return timedelta(seconds=int(given))


def _hint(given: str | None) -> str | None:
    """A hint that cannot be one is no reason to refuse."""
    return given if given and len(given) <= _LONGEST_HINT and given.isprintable() else None


def _language(given: str | None) -> Language | None:
    """The first we speak of those the client prefers."""
    known = {language.value: language for language in Language}
    spoken = (tag.partition("-")[0].lower() for tag in (given or "").split())
    return next((known[tag] for tag in spoken if tag in known), None)


def _plain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_]", "?", name)[:40]
