"""What a request's headers say about it: language, ids, idempotency key, reason."""

from __future__ import annotations

import re
from functools import lru_cache

from flask import Request
from werkzeug.datastructures import LanguageAccept, MIMEAccept
from werkzeug.http import parse_accept_header

from contracts.codes import Language
from contracts.declare import Call, Effect
from gateway.api.refused import Refused
from gateway.wire import Circumstances
from servicekit.context import new_call_id

_CALL_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}")
LONGEST_REASON = 500
_REASON = re.compile(f"[^\x00-\x1f\x7f-\x9f]{{1,{LONGEST_REASON}}}")
_TRACE = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_LANGUAGES = tuple(language.value for language in Language)


def circumstances(request: Request, call: Call, call_id: str) -> Circumstances:
    headers = request.headers
    return Circumstances(
        language=spoken(request),
        call_id=call_id,
        trace=_matching(_TRACE, headers.get("traceparent")),
        idempotency_key=_idempotency_key(headers.get("Idempotency-Key"), call),
        reason=_reason(headers.get("Guichet-Reason")),
    )


def spoken(request: Request) -> Language:
    return _language(request.headers.get("Accept-Language", "")[:200])


def call_id_of(request: Request) -> str:
    """The caller's own id where it is fit to be written into logs and audit entries."""
    return fit_call_id(request.headers.get("X-Request-Id"))


def fit_call_id(sent: str | None) -> str:
    return _matching(_CALL_ID, sent) or new_call_id()


def fit_reason(text: str) -> bool:
    """One line that may stand in the audit trail."""
    return _REASON.fullmatch(text) is not None


def fit_idempotency_key(text: str) -> bool:
    return _IDEMPOTENCY_KEY.fullmatch(text) is not None


def demand_json_accepted(request: Request) -> None:
    if not _json_accepted(request.headers.get("Accept", "*/*")[:1000]):
        raise Refused(406, "not-acceptable")


@lru_cache(maxsize=512)
def _language(header: str) -> Language:
    """``en-GB`` asks for English before ``fr;q=0.5`` asks for French."""
    for accepted, quality in parse_accept_header(header, LanguageAccept):
        primary = accepted.partition("-")[0].lower()
        if quality > 0 and primary in _LANGUAGES:
            return Language(primary)
    return Language.FRENCH


@lru_cache(maxsize=512)
def _json_accepted(header: str) -> bool:
    accepted = parse_accept_header(header, MIMEAccept)
    return not accepted or bool(accepted.best_match(("application/json",)))


def _matching(pattern: re.Pattern[str], value: str | None) -> str | None:
    return value if value is not None and pattern.fullmatch(value) else None


def _idempotency_key(value: str | None, call: Call) -> str | None:
    if value is None or call.effect is not Effect.WRITE:
        return None
    if not fit_idempotency_key(value):
        raise Refused(400, "idempotency-key-invalid")
    return value


def _reason(value: str | None) -> str | None:
    """A header is Latin-1 by the letter and UTF-8 in practice: both are read."""
    if value is None:
        return None
    try:
        text = value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        text = value
    if not fit_reason(text.strip()):
        raise Refused(400, "reason-invalid")
    return text.strip()
